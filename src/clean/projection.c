/* From metres to degrees. Lambert-93: IGN, NTG 71 and the definition of RGF93; UTM: Krüger's series, as in IGN's NTG 76. */
#include <math.h>

#include "clean/private.h"

#define DEGREES(radians) ((radians) * (180 / M_PI))
#define RADIANS(degrees) ((degrees) * (M_PI / 180))

/* GRS80 */
static const double axis = 6378137.0, flattening = 1 / 298.257222101;

/* Latitude of an isometric latitude, by iteration: a tenth of a millimetre after five. */
static double latitude_of(double isometric, double e)
{
    enum { ROUNDS = 8 };
    double lat = 2 * atan(exp(isometric)) - M_PI / 2;
    for (int i = 0; i < ROUNDS; i++) {
        double es = e * sin(lat);
        lat = 2 * atan(pow((1 + es) / (1 - es), e / 2) * exp(isometric)) - M_PI / 2;
    }
    return lat;
}

struct geo_point clean_from_lambert93(double x, double y)
{
    static const double n = 0.7256077650532670, c = 11754255.426096, xs = 700000.0, ys = 12655612.049876;
    double e = sqrt(flattening * (2 - flattening)), dx = x - xs, dy = ys - y;
    double r = sqrt(dx * dx + dy * dy), gamma = atan2(dx, dy);
    return (struct geo_point){DEGREES(latitude_of(-log(r / c) / n, e)), 3 + DEGREES(gamma / n)};
}

struct geo_point clean_from_utm(int zone, bool south, double x, double y)
{
    static const double scale = 0.9996, false_easting = 500000.0, false_northing = 10000000.0;
    double n = flattening / (2 - flattening), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
    double radius = axis / (1 + n) * (1 + n2 / 4 + n4 / 64);
    double beta[4] = {n / 2 - 2 * n2 / 3 + 37 * n3 / 96 - n4 / 360, n2 / 48 + n3 / 15 - 437 * n4 / 1440,
                      17 * n3 / 480 - 37 * n4 / 840, 4397 * n4 / 161280};
    double xi = (y - (south ? false_northing : 0)) / (scale * radius), eta = (x - false_easting) / (scale * radius);
    double xi1 = xi, eta1 = eta;
    for (int k = 1; k <= 4; k++) {
        xi1 -= beta[k - 1] * sin(2 * k * xi) * cosh(2 * k * eta);
        eta1 -= beta[k - 1] * cos(2 * k * xi) * sinh(2 * k * eta);
    }
    double e = sqrt(flattening * (2 - flattening));
    /* the conformal latitude's isometric latitude is that of the point */
    double conformal = asin(sin(xi1) / cosh(eta1));
    double lon = atan2(sinh(eta1), cos(xi1));
    return (struct geo_point){DEGREES(latitude_of(atanh(sin(conformal)), e)), zone * 6 - 183 + DEGREES(lon)};
}
