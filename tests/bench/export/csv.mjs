// csv.mjs FROM.json TO.csv: what a program of a few lines does. Prints the milliseconds of reading, then of ordering and writing.
import { readFileSync, writeFileSync } from 'node:fs'

const fields = ['id', 'pivot', 'nom', 'commune', 'code_postal', 'code_insee', 'adresse', 'complement_adresse', 'latitude', 'longitude',
  'typologie', 'telephone', 'courriels', 'site_web', 'horaires', 'presentation_resume', 'presentation_detail', 'source', 'itinerance',
  'structure_parente', 'date_maj', 'services', 'publics_specifiquement_adresses', 'prise_en_charge_specifique', 'frais_a_charge',
  'dispositif_programmes_nationaux', 'formations_labels', 'autres_formations_labels', 'modalites_acces', 'modalites_accompagnement',
  'fiche_acces_libre', 'prise_rdv']
const cell = value => {
  const text = value === undefined ? '' : String(value)
  return /[,"\n\r]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const key = place => place.source ?? ''
const before = (a, b) => a < b ? -1 : a > b ? 1 : 0

const [from, to] = process.argv.slice(2)
const started = performance.now()
const places = JSON.parse(readFileSync(from, 'utf8'))
const read = performance.now()
places.sort((a, b) => before(key(a), key(b)) || before(a.id, b.id))
const lines = places.map(place => fields.map(field => cell(place[field])).join(','))
writeFileSync(to, [fields.join(','), ...lines, ''].join('\n'))
console.log(`${(read - started).toFixed(1)} ${(performance.now() - read).toFixed(1)}`)
