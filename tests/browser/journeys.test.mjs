// What people do: search with a keyboard, come back, change language, be located, print — and what it weighs.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { base, launch, open } from './site.mjs'

let browser
before(async () => { browser = await launch() })
after(() => browser.close())

async function withPage (options, work) {
  const page = await open(browser, options)
  try {
    await work(page)
    assert.deepEqual(page.faults, [])
  } finally {
    await page.context().close()
  }
}
const focused = page => page.evaluate(() => {
  const e = document.activeElement
  return { tag: e.tagName, id: e.id, href: e.getAttribute('href'), text: e.textContent.trim() }
})

for (const js of [true, false]) {
  test(`keyboard: skip link, search, first result${js ? '' : ' (without scripts)'}`, () =>
    withPage({ size: 'desk', js }, async page => {
      await page.go('/')
      await page.keyboard.press('Tab')
      assert.equal((await focused(page)).href, '#contenu')
      const box = await page.locator('.govuk-skip-link').boundingBox()
      assert.ok(box.height > 20 && box.y >= 0, 'the skip link is seen when it has the focus')
      await page.keyboard.press('Enter')
      assert.equal((await focused(page)).id, 'contenu')
      await page.keyboard.press('Tab')
      assert.equal((await focused(page)).id, 'quoi')
      await page.keyboard.type('imprimer')
      await page.keyboard.press('Tab')
      assert.equal((await focused(page)).id, 'ou')
      await page.keyboard.type('Rennes')
      await Promise.all([page.waitForURL(/recherche/), page.keyboard.press('Enter')])
      assert.match(await page.textContent('h1'), /lieux?.+imprimer.+Rennes/)
      const name = (await page.textContent('.card h2')).trim()
      let at
      for (let i = 0; i < 80; i++) {
        await page.keyboard.press('Tab')
        at = await focused(page)
        if (at.href?.startsWith('/lieux/')) break
      }
      assert.equal(at.text, name)
      await Promise.all([page.waitForURL(/\/lieux\//), page.keyboard.press('Enter')])
      assert.equal((await page.textContent('h1')).trim(), name)
    }))
}

test('what has the focus is seen', () => withPage({}, async page => {
  await page.go('/recherche?ou=Rennes')
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab')
    const seen = await page.evaluate(() => {
      const s = getComputedStyle(document.activeElement)
      const box = document.activeElement.getBoundingClientRect()
      const before = getComputedStyle(document.activeElement.nextElementSibling ?? document.body, '::before')
      return box.height > 0 && (s.outlineStyle !== 'none' && s.outlineWidth !== '0px' ||
        s.boxShadow !== 'none' || before.boxShadow !== 'none')
    })
    assert.ok(seen, JSON.stringify(await focused(page)))
  }
}))

test('the language switch keeps the page and the search', () => withPage({}, async page => {
  await page.go('/recherche?quoi=imp%C3%B4ts&ou=Rennes&rayon=50')
  const total = (await page.textContent('h1')).match(/\d+/)[0]
  await page.click('text=English')
  assert.equal(new URL(page.url()).pathname, '/en/recherche')
  assert.equal(new URL(page.url()).searchParams.get('rayon'), '50')
  assert.equal((await page.textContent('h1')).match(/\d+/)[0], total)
  await page.click('text=Français')
  assert.equal(new URL(page.url()).pathname, '/recherche')
}))

test('a place leads back to the list it was found in', () => withPage({}, async page => {
  await page.go('/recherche?ou=Rennes&page=2')
  const list = page.url()
  await page.click('.card h2 a')
  await page.click('.govuk-back-link')
  assert.equal(page.url(), list)
}))

test('filters narrow, and each choice can be taken away', () => withPage({ size: 'phone', js: false }, async page => {
  await page.go('/recherche?ou=Rennes')
  const total = async () => Number((await page.textContent('h1')).replace(/\s/g, '').match(/\d+/)[0])
  const before = await total()
  assert.equal(await page.isVisible('label[for^="besoin-"]'), false, 'filters are folded on a phone')
  await page.click('.filters > summary')
  await page.click('label[for="besoin-demarches"]')
  await page.click('.filters button')
  assert.match(page.url(), /besoin=demarches/)
  assert.ok(await total() <= before)
  await page.click('.chips a')
  assert.doesNotMatch(page.url(), /besoin/)
  assert.equal(await total(), before)
}))

test('filters stand open beside the list on a desk', () => withPage({ js: false }, async page => {
  await page.go('/recherche?ou=Rennes')
  assert.equal(await page.isVisible('label[for="besoin-demarches"]'), true)
  const side = await page.locator('.filters').boundingBox()
  const list = await page.locator('.cards').boundingBox()
  assert.ok(side.x + side.width <= list.x)
}))

test('around me: only after a click, and to about 100 m', () => withPage({
  geolocation: { latitude: 48.11734, longitude: -1.67779 }, permissions: ['geolocation']
}, async page => {
  await page.go('/')
  assert.equal(await page.isVisible('.here'), true)
  await Promise.all([page.waitForURL(/recherche/), page.click('.here')])
  const asked = new URL(page.url()).searchParams
  assert.equal(asked.get('lat'), '48.117')
  assert.match(await page.textContent('h1'), /autour de vous/)
}))

test('around me is not offered without scripts', () => withPage({ js: false }, async page => {
  await page.go('/')
  assert.equal(await page.locator('.here').count(), 0)
  assert.equal(await page.isVisible('[data-here]'), false)
}))

test('a town that several share is asked for', () => withPage({ js: false }, async page => {
  await page.go('/recherche?quoi=imprimer&ou=Saint-Aubin')
  await page.click('.big-links a')
  assert.match(page.url(), /quoi=imprimer&ou=Saint-Aubin.+commune=\d/)
  assert.match(await page.textContent('h1'), /imprimer.+Saint-Aubin/)
}))

describe('print', () => {
  test('a place: no chrome, black on white, the phone stays', () => withPage({}, async page => {
    await page.go('/recherche?ou=Rennes')
    await page.click('.card:has([href^="tel:"]) h2 a')
    await page.emulateMedia({ media: 'print' })
    for (const gone of ['.top-nav', '.foot', '.govuk-back-link', '.trust-do']) {
      assert.equal(await page.isVisible(gone), false, gone)
    }
    assert.equal(await page.isVisible('h1'), true)
    assert.equal(await page.isVisible('.contact-phone'), true)
    assert.equal(await page.isVisible('.print-only'), true)
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)')
    assert.ok((await page.pdf()).length > 5000)
  }))
})

test('bytes of the first results page, everything included', () => withPage({ size: 'phone' }, async page => {
  const network = await page.context().newCDPSession(page)
  const sizes = new Map()
  const names = new Map()
  await network.send('Network.enable')
  network.on('Network.responseReceived', e => names.set(e.requestId, e.response.url))
  network.on('Network.loadingFinished', e => sizes.set(e.requestId, e.encodedDataLength))
  await page.goto(base + '/recherche?quoi=imp%C3%B4ts&ou=Rennes', { waitUntil: 'networkidle' })
  let total = 0
  for (const [id, bytes] of sizes) {
    total += bytes
    console.log(`  ${String(bytes).padStart(6)}  ${names.get(id).replace(base, '')}`)
  }
  console.log(`  ${String(total).padStart(6)}  in all, with headers`)
  assert.ok(total <= 60 * 1024, `${total} bytes`)
}))
