// places.mjs FROM.json N TO.json: the places of a LaMednum file again and again, each with an id of its own, up to N.
import { readFileSync, writeFileSync } from 'node:fs'

const [from, n, to] = process.argv.slice(2)
const places = JSON.parse(readFileSync(from))
const many = Array.from({ length: Number(n) }, (_, i) => ({ ...places[i % places.length], id: `${places[i % places.length].id}-${i}` }))
writeFileSync(to, JSON.stringify(many))
