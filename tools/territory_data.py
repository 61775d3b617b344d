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


def u16(items):
    return struct.pack(f'<{len(items)}H', *items)


def u24(items):
    return b''.join(struct.pack('<I', v)[:3] for v in items)


def u32(items):
    return struct.pack(f'<{len(items)}I', *items)


class Source:
    """What the packages say, in the order in which it is numbered."""

    def __init__(self, modules, geonames_csv):
        base = '@etalab/decoupage-administratif/'
        everything = read_json(modules, base + 'data/communes.json')
        code = lambda item: item['code']
        self.year = 2020 + int(read_json(modules, base + 'package.json')['version'].split('.')[0])  # 6.x: 2026
        self.communes = sorted((c for c in everything if c['type'] in ('commune-actuelle', 'arrondissement-municipal')),
                               key=code)
        assert len(self.communes) < NONE16
        self.index_of = {c['code']: i for i, c in enumerate(self.communes)}
        self.formers = [c for c in everything if c['type'] in ('commune-deleguee', 'commune-associee')]
        self.epcis = sorted(read_json(modules, base + 'data/epci.json'), key=code)
        self.epci_of = {m['code']: i for i, e in enumerate(self.epcis) for m in e['membres']}
        self.departements = sorted(read_json(modules, base + 'data/departements.json'), key=code)
        self.regions = sorted(read_json(modules, base + 'data/regions.json'), key=code)
        self.populations = [c.get('population') or 0 for c in self.communes]
        with open(geonames_csv, encoding='utf-8', newline='') as file:
            geonames = {row['code']: (float(row['lat']), float(row['lon'])) for row in csv.DictReader(file)}
        self.points = estimate_points(self.communes, geonames, self.epci_of)


def commune_sections(source, pool):
    """Records of the communes, and their lists of postal codes."""
    text, known, records = bytearray(), {}, bytearray()
    departement_index = {d['code']: i for i, d in enumerate(source.departements)}
    for index, c in enumerate(source.communes):
        postals = ''.join(sorted(c.get('codesPostaux', [])))
        if postals not in known:
            known[postals] = len(text) // 5
            text += postals.encode()
        lat, lon, precision = source.points[c['code']]
        parent = source.index_of[c['commune']] if c['type'] == 'arrondissement-municipal' else NONE16
        records += struct.pack(
            '<5sBBBIIiiHHI', c['code'].encode(), COMMUNE if parent == NONE16 else ARRONDISSEMENT,
            departement_index[departement_of(c['code'])], precision, pool.ref(c['nom']), source.populations[index],
            round(lat * 1e5), round(lon * 1e5), source.epci_of.get(c['code'], source.epci_of.get(c.get('commune'), NONE16)),
            parent, known[postals] << 8 | len(postals) // 5)
    return (len(source.communes), bytes(records)), (len(text) // 5, bytes(text))


def postal_sections(source):
    """From a postal code to its communes. A city with municipal arrondissements leaves its codes to them."""
    by_postal = defaultdict(list)
    for index, c in enumerate(source.communes):
        for postal in c.get('codesPostaux', []):
            by_postal[postal].append(index)
    parts = {i for i, c in enumerate(source.communes) if c['type'] == 'arrondissement-municipal'}
    cities = {source.index_of[code] for code in PLM.values()}
    rows, members = bytearray(), []
    for postal in sorted(by_postal):
        mine = by_postal[postal]
        if parts & set(mine):
            mine = [i for i in mine if i not in cities]
        mine.sort(key=lambda i: (-source.populations[i], i))
        rows += struct.pack('<5sBHI', postal.encode(), len(mine), 0, len(members))
        members += mine
    return (len(by_postal), bytes(rows)), (len(members), u16(members))


def former_section(source):
    """Codes that no longer exist, or that only a part of a commune bears."""
    today = {}
    for c in source.communes:
        for old in c.get('anciensCodes', []):
            today[old] = source.index_of[c['code']]
    for c in source.formers:
        if c['chefLieu'] in source.index_of:
            today.setdefault(c['code'], source.index_of[c['chefLieu']])
    rows = [(code, index) for code, index in sorted(today.items()) if code not in source.index_of]
    return len(rows), b''.join(struct.pack('<5sBH', code.encode(), 0, index) for code, index in rows)


def area_sections(source, pool):
    """Départements, régions, EPCI and the members of these."""
    departements = bytearray()
    for d in source.departements:
        mine = [i for i, c in enumerate(source.communes) if departement_of(c['code']) == d['code']]
        assert not mine or mine == list(range(mine[0], mine[-1] + 1)), d['nom']
        departements += struct.pack('<4s4sIIHH', d['code'].encode(), d['region'].encode(), pool.ref(d['nom']),
                                    pool.ref(' '.join(fold_words(d['nom']))), mine[0] if mine else 0, len(mine))
    regions = b''.join(struct.pack('<4sI', r['code'].encode(), pool.ref(r['nom'])) for r in source.regions)
    epcis, members = bytearray(), []
    for e in source.epcis:
        mine = sorted(source.index_of[m['code']] for m in e['membres'])
        epcis += struct.pack('<9sBHIIII', e['code'].encode(), 0, len(mine), pool.ref(e['nom']), pool.ref(e['type']),
                             e['populationMunicipale'] or 0, len(members))
        members += mine
    return ((len(source.departements), bytes(departements)), (len(source.regions), regions),
            (len(source.epcis), bytes(epcis)), (len(members), u16(members)))


def name_sections(source, pool):
    names, formers = Names(pool), defaultdict(list)
    for c in source.formers:
        formers[c['chefLieu']].append(c['nom'])
    for index, c in enumerate(source.communes):
        for name in names_of(c):
            names.add(index, name, False)
        for name in formers[c['code']]:
            names.add(index, name, True)
    assert len(names.offsets) < 1 << 16
    return [
        (len(names.text), bytes(names.text)),
        (len(names.offsets), u32(names.offsets + [len(names.text)])),
        (len(names.communes), u16(names.communes)),
        (len(names.former), u32(names.former)),
        (len(names.words), struct.pack(f'<{len(names.words)}Q', *names.words)),
        *((len(positions), u24(positions)) for positions in names.sorted_positions()),
    ]


def build(modules, geonames_csv):
    source, pool = Source(modules, geonames_csv), Pool()
    pool.ref('')
    communes, postal_lists = commune_sections(source, pool)
    areas = area_sections(source, pool)
    names = name_sections(source, pool)
    texts = len(pool.bytes), bytes(pool.bytes)
    sections = [communes, texts, postal_lists, *postal_sections(source), former_section(source), *areas,
                (len(source.populations), u32(source.populations)), *names]
    at = 8 + 8 * len(sections)
    at += -at % 8
    header, body = struct.pack('<IHH', MAGIC, source.year, len(sections)), bytearray()
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
