/* Telephones, e-mails, web sites. */
#include "clean_check.h"

static const char *departement = "";

static struct cleaned telephone(struct arena *a, struct str v)
{
    return clean_telephone(a, v, str_from(departement));
}

static void telephones(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"+33261910011", "+33261910011", ""},
        {" +33261910011 ", "+33261910011", ""},
        {"02 61 91 00 11", "+33261910011", "telephone.format"},
        {"02.61.91.00.11", "+33261910011", "telephone.format"},
        {"02-61-91-00-11", "+33261910011", "telephone.format"},
        {"02/61/91/00/11", "+33261910011", "telephone.format"},
        {"02\xC2\xA0" "61\xC2\xA0" "91\xC2\xA0" "00\xC2\xA0" "11", "+33261910011", NULL},
        {"02 61 910 011", "+33261910011", NULL},
        {"0261910011 Poste 152", "+33261910011", "telephone.texte telephone.format"},
        {"Accueil : 02 61 91 00 11 (matin)", "+33261910011", "telephone.texte telephone.format"},
        {"Tél. 1 : 02 61 91 00 11", "+33261910011", NULL},
        {"02 61 91 00 11 / 06 39 98 00 01", "+33261910011", "telephone.plusieurs telephone.format"},
        {"02 61 91 00 11 06 39 98 00 01", "+33261910011", "telephone.plusieurs telephone.format"},
        {"02 61 91 00 11\n06 39 98 00 01", "+33261910011", "telephone.plusieurs telephone.format"},
        {"+33 (0)2 61 91 00 11", "+33261910011", NULL},
        {"+33 02 61 91 00 11", "+33261910011", "telephone.indicatif"},
        {"(+33) 2 61 91 00 11", "+33261910011", NULL},
        {"0033 2 61 91 00 11", "+33261910011", "telephone.indicatif"},
        {"33261910011", "+33261910011", "telephone.indicatif"},
        {"+0261910011", "+33261910011", "telephone.indicatif"},
        {"261910011", "+33261910011", "telephone.zero_initial"},
        {"261910011.0", "+33261910011", "telephone.zero_initial"},
        {"33261910011.0", "+33261910011", NULL},
        {"0 809 36 12 12", "+33809361212", NULL},
        {"3960 (0,06 € / mn + prix appel)", "+33971103960", "telephone.court"},
        {"32 30", "+33969322121", "telephone.court"},
        {"3230 ou 02 61 91 00 11", "+33261910011", NULL},
        {"non communiqué", "", "valeur.absente"},
        {"-", "", "valeur.absente"},
        {"3949", NULL, NULL},
        {"02 61 91 00", NULL, NULL},
        {"02 61 91 00 11 22", NULL, NULL}, /* one digit group too many: which one? */
        {"0261910011152", NULL, NULL},
        {"5858777054", NULL, NULL},
        {"3.3E+10", NULL, NULL},
        {"+32 470 12 34 56", NULL, NULL},
        {"00 00 00 00 00", "", "valeur.absente"},
        {"sur rendez-vous", NULL, NULL},
    };
    CHECK(telephone, cases);
}

static void telephones_of_overseas(void **state)
{
    (void)state;
    static const struct clean_case anywhere[] = {
        {"02 62 20 20 20", "+262262202020", "telephone.outre_mer"}, {"0692123456", "+262692123456", NULL},
        {"02 69 61 00 00", "+262269610000", NULL},                  {"06 39 12 34 56", "+262639123456", NULL},
        {"0590 12 34 56", "+590590123456", NULL},                   {"0690 00 00 01", "+590690000001", NULL},
        {"0594 12 34 56", "+594594123456", NULL},                   {"0696 12 34 56", "+596696123456", NULL},
        {"262693484434", "+262693484434", "telephone.indicatif"},   {"+33 692 12 34 56", "+262692123456", "telephone.indicatif"},
        {"+262 692 12 34 56", "+262692123456", NULL},               {"+687 24 15 41", "+687241541", NULL},
        {"+689 40 50 50 50", "+68940505050", NULL},                 {"05 08 41 12 34", "+508411234", NULL},
        {"06 39 98 00 01", "+33639980001", NULL}, /* kept for fiction, not Mayotte's */
        {"24 15 41", NULL, NULL},
    };
    static const struct clean_case noumea[] = {{"24 15 41", "+687241541", "telephone.outre_mer"}, {"02 61 91 00 11", "+33261910011", NULL}};
    static const struct clean_case papeete[] = {{"40 50 50 50", "+68940505050", NULL}, {"40 50 50", NULL, NULL}};
    static const struct clean_case reunion[] = {{"06 39 98 00 01", "+262639980001", NULL}, {"0976 12 34 56", "+262976123456", NULL},
                                                {"04 75 58 29 13", "+33475582913", NULL}};
    departement = "";
    CHECK(telephone, anywhere);
    departement = "988";
    CHECK(telephone, noumea);
    departement = "987";
    CHECK(telephone, papeete);
    departement = "974";
    CHECK(telephone, reunion);
    departement = "";
}

static void courriels(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"accueil@ville.example", "accueil@ville.example", ""},
        {"a@ville.example|b@ville.example", "a@ville.example|b@ville.example", ""},
        {"Accueil@Ville.Example", "accueil@ville.example", "courriel.casse"},
        {"mailto:accueil@ville.example?subject=RDV", "accueil@ville.example", NULL},
        {"prénom@ville.example", "prenom@ville.example", "courriel.accents"},
        {"accueil[a]ville.example", "accueil@ville.example", "courriel.arobase"},
        {"accueil (at) ville (dot) example", "accueil@ville.example", NULL},
        {"accueil@@ville..example", "accueil@ville.example", "courriel.ponctuation"},
        {".accueil@ville.example.", "accueil@ville.example", "courriel.ponctuation"},
        {": accueil@ville.example", "accueil@ville.example", NULL},
        {"Courriel : accueil@ville.example", "accueil@ville.example", NULL},
        {"Accueil <accueil@ville.example>", "accueil@ville.example", NULL},
        {"media .numerique@ville.example", "media.numerique@ville.example", "courriel.espace"},
        {"accueil @ ville.example", "accueil@ville.example", "courriel.espace"},
        {"accueil@mairie,fr", "accueil@mairie.fr", "courriel.virgule"},
        {"a@x.example,b@x.example", "a@x.example|b@x.example", "courriel.separateur"},
        {"a@x.example; b@x.example", "a@x.example|b@x.example", NULL},
        {"a@x.example et b@x.example ou c@x.example", "a@x.example|b@x.example|c@x.example", NULL},
        {"a@x.example / A@x.example", "a@x.example", "courriel.casse courriel.double"},
        {"eco-et-logique@x.example", "eco-et-logique@x.example", ""},
        {"media;accueil@ville.example", "accueil@ville.example", "courriel.ecarte"},
        {"aucun", "", "valeur.absente"},
        {"maison services@ville.example", NULL, NULL}, /* the beginning of the address, or a word? */
        {"accueil@cc ville.example", NULL, NULL},
        {"a@b@ville.example", NULL, NULL},
        {"@ville.example", NULL, NULL},
        {"accueil@ville", NULL, NULL},
        {"a@x.example;b@", NULL, NULL},
        {"www.ville.example", NULL, NULL},
    };
    CHECK(clean_courriels, cases);
}

static void sites(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"https://www.ville.example", "https://www.ville.example", ""},
        {"https://ville.example/Le-Ranch,170.html?a=1&b=é", "https://ville.example/Le-Ranch,170.html?a=1&b=%C3%A9", "site.caracteres"},
        {"https://ville.example/a,b;c?d=[1]#e", "https://ville.example/a,b;c?d=[1]#e", ""},
        {"https://a.fr|http://b.fr/x", "https://a.fr|http://b.fr/x", ""},
        {"www.ville.fr", "http://www.ville.fr", "site.protocole_ajoute"},
        {"ville.fr/page", "http://ville.fr/page", "site.protocole_ajoute"},
        {"Http://WWW.Ville.fr/Page", "http://www.ville.fr/Page", "site.casse"},
        {"htpps://ville.fr", "https://ville.fr", "site.protocole"},
        {"https//:ville.fr", "https://ville.fr", "site.protocole"},
        {"http:/ville.fr", "http://ville.fr", "site.protocole"},
        {"https/www.ville.fr/", "https://www.ville.fr/", "site.protocole"},
        {"http://https://ville.fr", "https://ville.fr", "site.protocole"},
        {"https://http://ville.fr", "http://ville.fr", "site.protocole"},
        {"http:// www. ville.fr", "http://www.ville.fr", "site.espace"},
        {"www,ville.fr", "http://www.ville.fr", NULL},
        {"https://a.fr;https://b.fr", "https://a.fr|https://b.fr", "site.separateur"},
        {"https://a.fr/ https://b.fr/ https://a.fr/", "https://a.fr/|https://b.fr/", "site.double"},
        {"http://www.a.fr/http://b.fr/", "http://www.a.fr/|http://b.fr/", NULL},
        {"https://web.archive.org/web/2020/http://a.fr", "https://web.archive.org/web/2020/http://a.fr", ""},
        {"https://a.fr/?u=https://b.fr", "https://a.fr/?u=https://b.fr", ""},
        {"https://a.fr/page(1)", "https://a.fr/page%281%29", "site.caracteres"},
        {"(voir https://a.fr/page).", "https://a.fr/page", NULL},
        {"https://a.fr/?a=1&amp;b=2", "https://a.fr/?a=1&b=2", NULL},
        {"Site : ville.fr", "http://ville.fr", NULL},
        {"https;//www.ville.fr", "https://www.ville.fr", "site.protocole"},
        {"htt://www.ville.fr", "http://www.ville.fr", "site.protocole"},
        {"//www.ville.fr", "http://www.ville.fr", NULL},
        {"<a href=\"https://ville.fr/a\">Le site</a>", "https://ville.fr/a", "site.html"},
        {"en construction", "", "valeur.absente"},
        {"https://www.ville", NULL, NULL},
        {"https://ville.fr/pag…", NULL, NULL},
        {"https://ville.fr/pag...", NULL, NULL},
        {"http://192.0.2.1:8080/a", "http://192.0.2.1:8080/a", ""},
        {"néant", "", "valeur.absente"},
        {"ftp://ville.fr", NULL, NULL},
        {"http://ville", NULL, NULL},
        {"http://www.forêt.fr", NULL, NULL},
        {"http://www.nom.Mairie et services municipaux49.fr/", NULL, NULL},
        {"ville.fr/le-bureau- un-lieu-pour-tous", NULL, NULL}, /* cut by a space: another page */
        {"accueil@ville.fr", NULL, NULL},
        {"facebook : centre social", NULL, NULL},
        {"fichier.pdf", NULL, NULL},
    };
    CHECK(clean_sites_web, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(telephones), cmocka_unit_test(telephones_of_overseas),
                                       cmocka_unit_test(courriels), cmocka_unit_test(sites)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
