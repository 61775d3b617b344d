#include "base/geo.h"

#include <math.h>

#define EARTH_RADIUS_M 6371008.8
#define RADIANS(degrees) ((degrees) * (M_PI / 180))
#define DEGREES(radians) ((radians) * (180 / M_PI))

bool geo_valid(struct geo_point p)
{
    /* comparisons with a NaN are false */
    return p.lat >= -90 && p.lat <= 90 && p.lon >= -180 && p.lon <= 180;
}

double geo_distance_m(struct geo_point a, struct geo_point b)
{
    double dlat = sin(RADIANS(b.lat - a.lat) / 2), dlon = sin(RADIANS(b.lon - a.lon) / 2);
    double h = dlat * dlat + cos(RADIANS(a.lat)) * cos(RADIANS(b.lat)) * dlon * dlon;
    return 2 * EARTH_RADIUS_M * asin(sqrt(fmin(1, h))); /* rounding may push h above 1 */
}

struct geo_box geo_box_around(struct geo_point centre, double radius_m)
{
    /* Six micrometres wider than exact, so that rounding never leaves out a point of the circle. */
    double angle = radius_m / EARTH_RADIUS_M + 1e-12;
    double dlat = DEGREES(angle);
    struct geo_box box = {centre.lat - dlat, centre.lat + dlat, -180, 180};
    if (box.lat_min <= -90 || box.lat_max >= 90) {
        /* the circle holds a pole: every longitude is in it */
        box.lat_min = fmax(box.lat_min, -90);
        box.lat_max = fmin(box.lat_max, 90);
        return box;
    }
    /* The circle is widest nearer to the pole than its centre: asin, not a division by cos(lat). */
    double dlon = DEGREES(asin(fmin(1, sin(angle) / cos(RADIANS(centre.lat)))));
    box.lon_min = centre.lon - dlon;
    box.lon_max = centre.lon + dlon;
    if (box.lon_min < -180 || box.lon_max > 180) {
        /* crossing the antimeridian cannot be said with one interval */
        box.lon_min = -180;
        box.lon_max = 180;
    }
    return box;
}

bool geo_in_box(struct geo_box b, struct geo_point p)
{
    return p.lat >= b.lat_min && p.lat <= b.lat_max && p.lon >= b.lon_min && p.lon <= b.lon_max;
}

bool geo_in_france(struct geo_point p)
{
    static const struct geo_box boxes[] = {
        {41.3, 51.2, -5.2, 9.6},        /* metropolitan France and Corsica */
        {15.8, 18.2, -63.2, -60.8},     /* Guadeloupe, Saint-Martin, Saint-Barthélemy */
        {14.3, 15.0, -61.3, -60.7},     /* Martinique */
        {2.0, 6.0, -54.7, -51.5},       /* Guyane */
        {-21.5, -20.7, 55.1, 55.9},     /* La Réunion */
        {-13.1, -12.6, 45.0, 45.4},     /* Mayotte */
        {46.7, 47.2, -56.5, -56.1},     /* Saint-Pierre-et-Miquelon */
        {-22.8, -19.5, 163.5, 168.2},   /* Nouvelle-Calédonie */
        {-28.0, -7.8, -154.8, -134.4},  /* Polynésie française */
        {-14.4, -13.2, -178.3, -176.1}, /* Wallis-et-Futuna */
        {-50.0, -37.0, 50.0, 78.0},     /* Terres australes et antarctiques françaises */
    };
    for (unsigned i = 0; i < sizeof boxes / sizeof *boxes; i++)
        if (geo_in_box(boxes[i], p))
            return true;
    return false;
}
