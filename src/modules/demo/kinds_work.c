/* Work integration, training, getting about. */
#include "modules/demo/kinds.h"

// clang-format off
static const struct demo_kind kinds[] = {
    {"aci", 36, 2500, DEMO_DRAWN, "Chantier d’insertion {propre}, {commune}|{propre}, chantier d’insertion, {commune}", "Les Jardins du Breil|Terre et Mains|Le Potager de Demain|Vert Chantier|La Belle Ouvrage|Feuille de Route|Les Ateliers du Canal|L’Atelier des Quatre Vents|Graines d’Espoir|Rivières et Bocages|Le Fil à Retordre|Cuisine et Compagnie",
     "Le chantier embauche et accompagne des personnes éloignées de l’emploi.", "aci|chantier-ecole", "ACI", "contact", 'a', 't', 0, "", "chantier:100 parrainage:20 formation:36"},
    {"ei", 23, 3000, DEMO_DRAWN, "{propre}, entreprise d’insertion, {commune}", "Envie d’Agir|Net Plus Clair|Bâti Ouest Solidaire|Recyc’Armor|La Bonne Maille|Colis Malins|Ménage et Cie|Le Bois Debout",
     "Une entreprise qui forme et emploie des personnes en difficulté, avec un suivi.", "ei", "EI", "recrutement", 'a', 't', 0, "", "entreprise-insertion:100"},
    {"ai", 16, 4000, DEMO_POLES, "{propre}, association intermédiaire, {commune}", "Start’Heures|Le Coup d’Envoi|Relais Services|Travail au Pays|Heures Claires|Main d’Œuvre Solidaire",
     "L’association propose des heures de travail chez des particuliers, des communes et des entreprises.", "ai", "AI", "contact", 'a', 't', 0, "", "petites-missions:100 emploi-domicile:100 emploi:34"},
    {"etti", 10, 8000, DEMO_POLES, "{propre}, intérim d’insertion, {commune}", "Tremplin Intérim|Passage Emploi|Étape Ouest|Mission Plurielle",
     "Une agence d’intérim qui accompagne ses salariés.", "etti", "ETTI", "agence", 'a', 't', 0, "", "interim-insertion:100"},
    {"geiq", 6, 12000, DEMO_POLES, "GEIQ {propre}, {commune}", "Bâtiment d’Ille|Propreté Ouest|Agro-Bocage|Métiers du Soin",
     "Un groupement d’employeurs qui forme en alternance.", "geiq", "GEIQ", "contact", 'a', 't', 0, "", "groupement:100 formation:42"},
    {"esat", 26, 2500, DEMO_DRAWN, "ESAT {propre}, {commune}", "Les Ateliers du Douet|Le Pommeret|La Simonière|Les Bords de Vilaine|Le Domaine Vert|Les Ateliers de la Baie|Utopia d’Ille|Le Clos Bertrand",
     "Un établissement où travaillent des personnes handicapées, à leur rythme.", "esat", "ESAT", "accueil", 'a', 't', 0, "", "esat:100 handicap-vie:34"},
    {"ea", 14, 5000, DEMO_DRAWN, "{propre}, entreprise adaptée, {commune}", "Adapt’Ouest|Bretagne Ateliers Verts|Handi-Pack|Les Mains Sûres",
     "Une entreprise où la plupart des salariés sont en situation de handicap.", "ea", "EA", "recrutement", 'a', 't', 0, "", "handicap-emploi:100 maintien:56"},
    {"of", 54, 6000, DEMO_POLES, "{propre}, centre de formation {de}|Centre de formation {propre}, {commune}", "Cap Savoirs|Compétences Ouest|L’Atelier des Savoirs|Formation Plus d’Armor|Clé de Voûte|Itinéraires|La Courte Échelle|Savoirs et Métiers|Déclic Formation|Horizon Pro",
     "Un organisme qui forme les adultes : remise à niveau, français, numérique, métiers.", "", "OF", "accueil", 'a', 't', 4, "P",
     "remise-niveau:100 francais:56 num-pro:62 vae:45 orientation:56 alpha:34 pix:31"},
    {"e2c", 4, 15000, DEMO_POLES, "École de la deuxième chance {de}", NULL,
     "Une école pour les 16-25 ans sans diplôme, avec des stages et un suivi.", "ecoles-de-la-deuxieme-chance", "E2C", "contact", 'a', 't', 0, "", "e2c:100 num-emploi:70"},
    {"creation", 16, 5000, DEMO_POLES, "{propre}, aide à la création d’entreprise, {commune}", "La Pépinière|Coup d’Essai|Entreprendre au Pays|La Rampe|Osez Ici",
     "Des conseillers aident celles et ceux qui veulent créer ou reprendre une activité.", "", "ASSO", "contact", 'a', 'a', 0, "", "creation:100 entreprise:98 microcredit:22"},
    {"chambre", 8, 15000, DEMO_POLES, "Chambre de métiers et de l’artisanat, antenne {de}|Chambre de commerce et d’industrie, antenne {de}|Chambre d’agriculture, antenne {de}", NULL,
     "La chambre conseille les entreprises et ceux qui veulent en créer une.", "chambres-consulaires", "CCONS", "antenne", 'd', 'o', 0, "", "entreprise:100 creation:100 groupement:28"},
    {"chomeurs", 17, 5000, DEMO_DRAWN, "{propre}, {commune}|Association {propre}, {commune}", "Solidarité Emploi|Le Bon Filon|Se Serrer les Coudes|Rebondir Ensemble|À Nouveau",
     "Des bénévoles soutiennent les personnes qui cherchent un emploi et rompent leur isolement.", "", "ASSO_CHOMEUR", "contact", 'a', 'p', 0, "", "parrainage:100 cv:84 confiance:62 entretien:56 tenue:28"},
    {"garage", 13, 4000, DEMO_POLES, "Garage solidaire {propre}, {commune}", "La Clé à Molette|Bielle et Manivelle|Mécano du Cœur Vaillant|Roule Ma Poule",
     "Un garage qui répare et loue des voitures à petit prix.", "", "ESS", "garage", 'a', 't', 0, "", "garage:100 location:98"},
    {"mobilite", 14, 4000, DEMO_POLES, "{propre}, plateforme mobilité, {commune}", "En Route|Cap Mobilité Ouest|Le Bon Pas|Tous Mobiles",
     "Une équipe aide à trouver une solution pour se déplacer : permis, location, vélo, bus.", "", "ASSO", "contact", 'a', 'o', 0, "", "conseil-mobilite:100 location:92 permis:84 velo:56"},
    {"auto-ecole", 12, 5000, DEMO_POLES, "Auto-école sociale {propre}, {commune}", "Feu Vert Solidaire|Priorité à Tous|Le Rond-Point|Double Commande",
     "Une auto-école qui prend le temps, pour les personnes que le permis décourage.", "", "ASSO", "contact", 'a', 't', 0, "", "permis:100"},
    {"velo", 12, 6000, DEMO_DRAWN, "{propre}, vélo-école, {commune}", "La Petite Reine d’Ille|Roue Libre|Pédale Douce|Le Bon Braquet",
     "On y apprend à faire du vélo et à le réparer.", "", "ASSO", "contact", 'a', 's', 0, "", "velo:100 reparer:56 benevolat:42"},
};

const struct demo_kinds demo_kinds_work = {kinds, sizeof kinds / sizeof *kinds};
