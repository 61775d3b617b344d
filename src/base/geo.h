/* Distances and boxes on the sphere (WGS84, mean radius 6371.0088 km). */
#ifndef BALISE_BASE_GEO_H
#define BALISE_BASE_GEO_H

#include <stdbool.h>

struct geo_point {
    double lat, lon; /* degrees */
};
struct geo_box {
    double lat_min, lat_max, lon_min, lon_max;
};

bool geo_valid(struct geo_point p); /* finite, −90…90, −180…180 */
double geo_distance_m(struct geo_point a, struct geo_point b); /* haversine */
/* Smallest box that holds the circle; whole longitudes near the poles. */
struct geo_box geo_box_around(struct geo_point centre, double radius_m);
bool geo_in_box(struct geo_box b, struct geo_point p);
/* In one of the eleven boxes of French territory used by the LaMednum library (2026-09). */
bool geo_in_france(struct geo_point p);

#endif
