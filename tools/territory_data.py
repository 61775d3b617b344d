#!/usr/bin/env python3
"""Packs the reference data of the territory module into one file that the program embeds.

    territory_data.py NODE_MODULES GEONAMES_CSV OUT.bin OUT.c

Sources: npm @etalab/decoupage-administratif (Licence Ouverte 2.0) and geonames.csv (see territory_geonames.py).
The layout is described once, in src/modules/territory/blob.c; little-endian, sections aligned on 8 bytes. All that
costs time (folding, sorting, estimating) is done here, so the program starts without doing anything.
"""
import csv
import json
import re
import struct
import sys
import unicodedata
from collections import defaultdict

from embed_file import embed

MAGIC = 0x31525442  # "BTR1"
NONE16 = 0xFFFF
COMMUNE, ARRONDISSEMENT = 0, 1
UNKNOWN, DEPARTEMENT, AROUND, GEONAMES = 0, 1, 2, 3
PLM = {'75': '75056', '69': '69123', '13': '13055'}
ARTICLES = {'le', 'la', 'les', 'l'}


def read_json(modules, path):
    with open(f'{modules}/{path}', encoding='utf-8') as file:
        return json.load(file)


def fold_words(text):
    """The words of text_fold (src/base/text.h) with St and Ste written in full."""
    text = text.lower().replace('œ', 'oe').replace('æ', 'ae').replace('ß', 'ss')
    text = ''.join(c for c in unicodedata.normalize('NFD', text) if not unicodedata.combining(c))
    words = re.findall(r'[a-z0-9]+', text)
    return [{'st': 'saint', 'ste': 'sainte', 'sts': 'saints', 'stes': 'saintes'}.get(w, w) for w in words]


def departement_of(code):
    return code[:3] if code[:2] in ('97', '98') else code[:2]


class Pool:
    """Texts put end to end, each one once; a reference is offset << 8 | length."""

    def __init__(self):
        self.bytes, self.known = bytearray(), {}

    def ref(self, text):
        data = text.encode()
        assert len(data) < 256
        if data not in self.known:
            self.known[data] = len(self.bytes) << 8 | len(data)
            self.bytes += data
        return self.known[data]


def middle(points):
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def estimate_points(communes, geonames, epci_of):
    """A point and its precision for every commune: GeoNames, else the middle of the known ones around."""
    groups = defaultdict(list)
    keys = {}
    for c in communes:
        code = c['code']
        keys[code] = [('postal', p) for p in c.get('codesPostaux', [])]
        keys[code] += [('epci', epci_of[code])] if code in epci_of else []
        keys[code] += [('departement', departement_of(code))]
        if code in geonames:
            for key in keys[code]:
                groups[key].append(geonames[code])
    points = {}
    for c in communes:
        code = c['code']
        points[code] = (0.0, 0.0, UNKNOWN)
        if code in geonames:
            points[code] = (*geonames[code], GEONAMES)
            continue
        for kind, precision in (('postal', AROUND), ('epci', AROUND), ('departement', DEPARTEMENT)):
            around = [p for key in keys[code] if key[0] == kind for p in groups.get(key, [])]
            if around:
                points[code] = (*middle(around), precision)
                break
    for code in PLM.values():  # the city's own name is often missing or stands for one of its districts
        parts = [geonames[c['code']] for c in communes if c.get('commune') == code and c['code'] in geonames]
        if parts and points[code][2] != GEONAMES:
            points[code] = (*middle(parts), GEONAMES)
    return points


def names_of(commune):
    """The name itself, then others under which it is looked for: (text, shown as a former name?)."""
    yield commune['nom']
    if commune['type'] == 'arrondissement-municipal':
        city, number = re.match(r'(\w+) (\d+)', commune['nom']).groups()
        for ending in ('', 'e', 'ème', 'er'):
            yield f'{city} {number}{ending}'


class Names:
    """Every name to search: folded without spaces, with where its words start."""

    def __init__(self, names):
        self.names = names
        self.text, self.offsets, self.communes, self.words, self.former = bytearray(), [], [], [], []
        self.seen = set()

    def add(self, index, name, former):
        words = fold_words(name)
        compact = ''.join(words).encode()
        if not compact or (index, compact) in self.seen:
            return
        assert len(compact) <= 63, name
        self.seen.add((index, compact))
        starts, at = 0, 0
        for word in words:
            starts |= 1 << at
            at += len(word)
        self.offsets.append(len(self.text))
        self.communes.append(index)
        self.words.append(starts)
        self.former.append(self.names.ref(name) if former else 0)
        self.text += compact

    def sorted_positions(self):
        """Positions (entry << 6 | start) in the order of the text from there to the end of the name: starts of names
        (also after an article), other starts of words, inside of words."""
        ends = self.offsets[1:] + [len(self.text)]
        heads, words, inside = [], [], []
        for entry, (start, end) in enumerate(zip(self.offsets, ends)):
            text, starts = bytes(self.text[start:end]), self.words[entry]
            second = starts & starts - 1  # without the first word's bit
            second = (second & -second).bit_length() - 1
            article = second if second > 0 and text[:second].decode() in ARTICLES else 0
            for at in range(len(text)):
                item = (text[at:], entry << 6 | at)
                if at in (0, article):
                    heads.append(item)
                elif starts >> at & 1:
                    words.append(item)
                elif len(text) - at >= 3:
                    inside.append(item)
        return [[position for _, position in sorted(items)] for items in (heads, words, inside)]


def build(modules, geonames_csv):
    base = '@etalab/decoupage-administratif/data/'
    everything = read_json(modules, base + 'communes.json')
    version = read_json(modules, '@etalab/decoupage-administratif/package.json')['version']
    year = 2020 + int(version.split('.')[0])  # 6.x is the geography of 2026
    communes = sorted((c for c in everything if c['type'] in ('commune-actuelle', 'arrondissement-municipal')),
                      key=lambda c: c['code'])
    index_of = {c['code']: i for i, c in enumerate(communes)}
    assert len(communes) < NONE16
    formers = [c for c in everything if c['type'] in ('commune-deleguee', 'commune-associee')]
    epcis = sorted(read_json(modules, base + 'epci.json'), key=lambda e: e['code'])
    epci_of = {m['code']: i for i, e in enumerate(epcis) for m in e['membres']}
    departements = sorted(read_json(modules, base + 'departements.json'), key=lambda d: d['code'])
    regions = sorted(read_json(modules, base + 'regions.json'), key=lambda r: r['code'])
    with open(geonames_csv, encoding='utf-8', newline='') as file:
        geonames = {row['code']: (float(row['lat']), float(row['lon'])) for row in csv.DictReader(file)}
    points = estimate_points(communes, geonames, epci_of)

    pool = Pool()
    pool.ref('')
    sections = []

    # Communes. A city that has municipal arrondissements gives them its postal codes.
    postal_text, postal_known, by_postal = bytearray(), {}, defaultdict(list)
    departement_index = {d['code']: i for i, d in enumerate(departements)}
    records = bytearray()
    populations = []
    for index, c in enumerate(communes):
        code, postals = c['code'], sorted(c.get('codesPostaux', []))
        key = ''.join(postals)
        if key not in postal_known:
            postal_known[key] = len(postal_text) // 5
            postal_text += key.encode()
        lat, lon, precision = points[code]
        parent = index_of[c['commune']] if c['type'] == 'arrondissement-municipal' else NONE16
        kind = COMMUNE if parent == NONE16 else ARRONDISSEMENT
        epci = epci_of.get(code, epci_of.get(c.get('commune'), NONE16))
        population = c.get('population') or 0
        populations.append(population)
        records += struct.pack('<5sBBBIIiiHHI', code.encode(), kind, departement_index[departement_of(code)],
                               precision, pool.ref(c['nom']), population, round(lat * 1e5), round(lon * 1e5),
                               epci, parent, postal_known[key] << 8 | len(postals))
        for postal in postals:
            by_postal[postal].append(index)
    arrondissements = {i for i, c in enumerate(communes) if c['type'] == 'arrondissement-municipal'}
    cities = {index_of[code] for code in PLM.values()}
    for postal, members in by_postal.items():
        if arrondissements & set(members):
            by_postal[postal] = [m for m in members if m not in cities]

    # Codes that no longer exist, or that only a part of a commune bears.
    former_codes = {}
    for c in communes:
        for old in c.get('anciensCodes', []):
            former_codes[old] = index_of[c['code']]
    for c in formers:
        if c['chefLieu'] in index_of:
            former_codes.setdefault(c['code'], index_of[c['chefLieu']])
    former_codes = {k: v for k, v in former_codes.items() if k not in index_of}

    names = Names(pool)
    former_by_chef = defaultdict(list)
    for c in formers:
        former_by_chef[c['chefLieu']].append(c['nom'])
    for index, c in enumerate(communes):
        for name in names_of(c):
            names.add(index, name, False)
        for name in former_by_chef[c['code']]:
            names.add(index, name, True)
    heads, words, inside = names.sorted_positions()
    assert len(names.offsets) < 1 << 16
    u24 = lambda items: b''.join(struct.pack('<I', v)[:3] for v in items)

    postal_list, postal_members = bytearray(), []
    for postal in sorted(by_postal):
        members = sorted(by_postal[postal], key=lambda i: (-populations[i], i))
        postal_list += struct.pack('<5sBH', postal.encode(), len(members), 0)
        postal_list += struct.pack('<I', len(postal_members))
        postal_members += members

    departement_rows = bytearray()
    for d in departements:
        mine = [i for i, c in enumerate(communes) if departement_of(c['code']) == d['code']]
        assert not mine or mine == list(range(mine[0], mine[-1] + 1)), d['nom']
        departement_rows += struct.pack('<4s4sIIHH', d['code'].encode(), d['region'].encode(), pool.ref(d['nom']),
                                        pool.ref(' '.join(fold_words(d['nom']))), mine[0] if mine else 0, len(mine))
    region_rows = b''.join(struct.pack('<4sI', r['code'].encode(), pool.ref(r['nom'])) for r in regions)
    epci_rows, epci_members = bytearray(), []
    for e in epcis:
        members = sorted(index_of[m['code']] for m in e['membres'])
        epci_rows += struct.pack('<9sBHIIII', e['code'].encode(), 0, len(members), pool.ref(e['nom']),
                                 pool.ref(e['type']), e['populationMunicipale'] or 0, len(epci_members))
        epci_members += members
    u16 = lambda items: struct.pack(f'<{len(items)}H', *items)
    u32 = lambda items: struct.pack(f'<{len(items)}I', *items)

    sections = [
        (len(communes), bytes(records)),
        (len(pool.bytes), bytes(pool.bytes)),
        (len(postal_text) // 5, bytes(postal_text)),
        (len(by_postal), bytes(postal_list)),
        (len(postal_members), u16(postal_members)),
        (len(former_codes), b''.join(struct.pack('<5sBH', k.encode(), 0, v) for k, v in sorted(former_codes.items()))),
        (len(departements), bytes(departement_rows)),
        (len(regions), region_rows),
        (len(epcis), bytes(epci_rows)),
        (len(epci_members), u16(epci_members)),
        (len(populations), u32(populations)),
        (len(names.text), bytes(names.text)),
        (len(names.offsets), u32(names.offsets + [len(names.text)])),
        (len(names.communes), u16(names.communes)),
        (len(names.former), u32(names.former)),
        (len(names.words), struct.pack(f'<{len(names.words)}Q', *names.words)),
        (len(heads), u24(heads)),
        (len(words), u24(words)),
        (len(inside), u24(inside)),
    ]
    at = 8 + 8 * len(sections)
    at += -at % 8
    header, body = struct.pack('<IHH', MAGIC, year, len(sections)), bytearray()
    for count, data in sections:
        header += struct.pack('<II', at + len(body), count)
        body += data + bytes(-len(data) % 8)
    return header.ljust(at, b'\0') + bytes(body)


def main():
    modules, geonames_csv, out_bin, out_c = sys.argv[1:]
    data = build(modules, geonames_csv)
    with open(out_bin, 'wb') as file:
        file.write(data)
    embed('territory_blob', out_bin, out_c)


if __name__ == '__main__':
    main()
