#include "http/error_words.h"

#include "http/exchange.h"

static const struct error_words french[] = {
    {400, "Cette adresse est mal écrite", "Vérifiez l’adresse, ou revenez à l’accueil.",
     "400 Requête mal formée · Malformed request\n"},
    {403, "Cette action n’est pas permise", "Revenez à la page d’avant et recommencez.",
     "403 Interdit · Forbidden\n"},
    {404, "Cette page n’existe pas", "Vérifiez l’adresse, ou revenez à l’accueil.",
     "404 Introuvable · Not found\n"},
    {405, "Cette action n’est pas possible ici", "Revenez à la page d’avant et recommencez.",
     "405 Méthode refusée · Method not allowed\n"},
    {409, "Quelqu’un vient de changer cette page", "Revenez à la page d’avant pour voir ce qui a changé.",
     "409 Conflit · Conflict\n"},
    {410, "Cette page a été retirée", "Revenez à l’accueil pour chercher autre chose.",
     "410 Retiré · Gone\n"},
    {413, "Ce que vous envoyez est trop lourd", "Envoyez un texte plus court ou un fichier plus petit.",
     "413 Envoi trop lourd · Content too large\n"},
    {414, "Cette adresse est trop longue", "Revenez à l’accueil et recommencez la recherche.",
     "414 Adresse trop longue · URI too long\n"},
    {415, "Ce format n’est pas accepté", "Envoyez les informations avec le formulaire du site.",
     "415 Format refusé · Unsupported media type\n"},
    {416, "Cette partie du fichier n’existe pas", "Téléchargez le fichier en entier.",
     "416 Partie absente · Range not satisfiable\n"},
    {421, "Ce site ne répond pas à cette adresse", "Vérifiez l’adresse.",
     "421 Mauvaise adresse · Misdirected request\n"},
    {422, "Une information est à corriger", "Corrigez l’information indiquée et recommencez.",
     "422 Information à corriger · Unprocessable content\n"},
    {429, "Vous allez trop vite", "Attendez une minute, puis recommencez.",
     "429 Trop de demandes · Too many requests\n"},
    {431, "Cette demande est trop longue", "Effacez les cookies de ce site et recommencez.",
     "431 En-têtes trop longs · Request header fields too large\n"},
    {503, "Le site est très occupé", "Attendez un instant, puis recommencez.",
     "503 Service occupé · Service unavailable\n"},
    {505, "Cette version de HTTP n’est pas acceptée", "Utilisez un navigateur plus récent.",
     "505 Version de HTTP refusée · HTTP version not supported\n"},
    {500, "Le site a un problème", "Ce n’est pas de votre faute. Recommencez plus tard.",
     "500 Erreur du site · Internal server error\n"},
};

static const struct error_words english[] = {
    {400, "This address is not written correctly", "Check the address, or go back to the home page.", ""},
    {403, "You cannot do this", "Go back to the previous page and try again.", ""},
    {404, "This page does not exist", "Check the address, or go back to the home page.", ""},
    {405, "This is not possible here", "Go back to the previous page and try again.", ""},
    {409, "Somebody has just changed this page", "Go back to the previous page to see what changed.", ""},
    {410, "This page was removed", "Go back to the home page to look for something else.", ""},
    {413, "What you are sending is too large", "Send a shorter text or a smaller file.", ""},
    {414, "This address is too long", "Go back to the home page and search again.", ""},
    {415, "This format is not accepted", "Send the information with the form of the site.", ""},
    {416, "This part of the file does not exist", "Download the whole file.", ""},
    {421, "This site does not answer at this address", "Check the address.", ""},
    {422, "Something needs to be corrected", "Correct what is shown and try again.", ""},
    {429, "You are going too fast", "Wait a minute, then try again.", ""},
    {431, "This request is too long", "Delete the cookies of this site and try again.", ""},
    {503, "The site is very busy", "Wait a moment, then try again.", ""},
    {505, "This version of HTTP is not accepted", "Use a more recent browser.", ""},
    {500, "The site has a problem", "It is not your fault. Try again later.", ""},
};

_Static_assert(sizeof french == sizeof english, "every error in both languages");

const struct error_words *error_words(enum lang lang, int status)
{
    const struct error_words *all = lang == LANG_EN ? english : french;
    size_t n = sizeof french / sizeof *french, i = 0;
    while (i < n - 1 && all[i].status != status)
        i++;
    return &all[i]; /* the last one, 500, for what is not listed */
}

const char *status_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Error";
}
