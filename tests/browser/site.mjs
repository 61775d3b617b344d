// What the browser tests share: where the site is, how to open a page, which pages there are.
import { chromium } from 'playwright-core'

export const base = process.env.BALISE_URL ?? 'http://127.0.0.1:8080'
export const sizes = { phone: { width: 320, height: 640 }, desk: { width: 1280, height: 900 } }
export const langs = { fr: '', en: '/en' }

export function launch () {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-quic']
  })
}

// A page that collects what goes wrong in it: errors, refused by the content policy, not found.
export async function open (browser, { size = 'desk', js = true, ...more } = {}) {
  const context = await browser.newContext({ viewport: sizes[size], javaScriptEnabled: js, ...more })
  const page = await context.newPage()
  page.faults = []
  page.on('console', m => { if (m.type() === 'error') page.faults.push(m.text()) })
  page.on('pageerror', e => page.faults.push(String(e)))
  page.on('requestfailed', r => page.faults.push(`${r.url()} ${r.failure()?.errorText}`))
  page.go = path => page.goto(base + path, { waitUntil: 'load' })
  return page
}

async function first (path, pattern) {
  const text = await (await fetch(base + path)).text()
  const found = text.match(pattern)
  if (!found) throw new Error(`${base}${path} has no ${pattern}: is the demonstration territory loaded?`)
  return found[1]
}

// The pages of the site by name: paths without language prefix, and the status each answers with.
export async function pages () {
  const place = await first('/recherche?ou=Rennes', /href="(\/lieux\/[^"/]+)"/)
  const structure = await first('/recherche?quoi=logement&ou=Rennes', /href="(\/lieux\/[^"/]+)"/)
  return {
    home: ['/'],
    results: ['/recherche?quoi=impôts&ou=Rennes'],
    need: ['/recherche?besoin=demarches&ou=Rennes&page=2'],
    refined: ['/recherche?besoin=demarches&frais=gratuit&ou=Rennes&rayon=50'],
    everything: ['/recherche'],
    nothing: ['/recherche?quoi=zeppelinographe&ou=Rennes'],
    communes: ['/recherche?ou=Saint-Aubin'],
    unknown: ['/recherche?ou=zzzzzz'],
    place: [place],
    structure: [structure],
    report: [place + '/signaler'],
    data: ['/donnees-ouvertes'],
    quality: ['/qualite-des-donnees'],
    api: ['/api'],
    accessibility: ['/accessibilite'],
    legal: ['/mentions-legales'],
    map: ['/plan-du-site'],
    missing: ['/nulle-part', 404]
  }
}
