// The peer: the standard's own library (Node) builds and checks each place of the national France services list, and
// writes the standard's CSV. It only adds what a program around it must: reading the CSV, phones, hours of seven columns.
// It keeps nothing, compares with nothing, explains nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import * as standard from '@gouvfr-anct/lieux-de-mediation-numerique';

const [, , input, output] = process.argv;

function* rows(text) {
  let row = [], cell = '', quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i++; }
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') { row.push(cell); cell = ''; }
    else if (c === '\n') { row.push(cell.replace(/\r$/, '')); yield row; row = []; cell = ''; }
    else cell += c;
  }
  if (cell || row.length) { row.push(cell); yield row; }
}

const DAYS = { h_lundi: 'Mo', h_mardi: 'Tu', h_mercredi: 'We', h_jeudi: 'Th', h_vendredi: 'Fr', h_samedi: 'Sa' };
const hours = (r) =>
  Object.entries(DAYS)
    .filter(([column]) => /\d/.test(r[column] ?? ''))
    .map(([column, day]) => `${day} ${r[column].replace(/\s/g, '').replaceAll('/', ',')}`)
    .join('; ');
const phone = (text) => (/^0\d{9}$/.test(text.replace(/\D/g, '')) ? `+33${text.replace(/\D/g, '').slice(1)}` : undefined);

function place(r) {
  const telephone = phone(r.telephone ?? '');
  return {
    id: standard.Id(`France-Services_${r.id_fs}`),
    nom: standard.Nom(r.lib_fs),
    pivot: standard.Pivot('00000000000000'),
    adresse: standard.Adresse({ code_postal: r.code_postal, commune: r.lib_com, code_insee: r.insee_com, voie: r.adresse }),
    localisation: standard.Localisation({ latitude: +r.latitude, longitude: +r.longitude }),
    contact: standard.Contact({
      ...(telephone ? { telephone } : {}),
      ...(r.mail?.includes('@') ? { courriels: [standard.Courriel(r.mail.trim())] } : {}),
    }),
    services: standard.Services([standard.Service.AideAuxDemarchesAdministratives]),
    date_maj: new Date(),
    horaires: hours(r),
  };
}

const all = rows(readFileSync(input, 'utf8'));
const header = all.next().value;
const places = [];
let refused = 0;
for (const cells of all) {
  try {
    places.push(place(Object.fromEntries(header.map((name, i) => [name, cells[i] ?? '']))));
  } catch {
    refused++;
  }
}
const out = standard.toSchemaLieuxDeMediationNumerique(places);
writeFileSync(output, out.map((p) => Object.values(p).map((v) => `"${v}"`).join(',')).join('\n'));
console.error(`reference: ${places.length} kept, ${refused} refused, ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
