// Every page, in both languages, on a phone of 320 px and on a desk, with and without scripts.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { HtmlValidate } from 'html-validate'
import { base, langs, launch, open, pages, sizes } from './site.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const all = await pages()

let browser
before(async () => { browser = await launch() })
after(() => browser.close())

for (const [lang, prefix] of Object.entries(langs)) {
  for (const size of Object.keys(sizes)) {
    for (const js of [true, false]) {
      describe(`${lang} ${size}${js ? '' : ' without scripts'}`, () => {
        let page
        before(async () => { page = await open(browser, { size, js }) })
        after(() => page.context().close())
        for (const [name, [path, status = 200]] of Object.entries(all)) {
          test(name, () => check(page, { prefix, path, status, lang, js }))
        }
      })
    }
  }
}

async function check (page, { prefix, path, status, lang, js }) {
  page.faults.length = 0
  const response = await page.go(prefix + path)
  assert.equal(response.status(), status)
  assert.equal(await page.getAttribute('html', 'lang'), lang)
  assert.equal(await page.locator('h1').count(), 1)
  assert.ok((await page.title()).length > 10)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(wide <= 0, `${wide} px too wide`)
  if (js) {
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: [
      'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'RGAAv4'] }))
    assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes[0].html} ${v.nodes[0].failureSummary}`), [])
  }
  const faults = page.faults.filter(f => !(status === 404 && f.includes('404')))
  assert.deepEqual(faults, [])
}

describe('valid HTML', () => {
  const validator = new HtmlValidate({
    root: true,
    extends: ['html-validate:standard'],
    rules: {
      'no-trailing-whitespace': 'off',
      'long-title': 'off', // names of places are as long as they are
      // Phones are links with spaces that do not break already.
      'tel-non-breaking': 'off',
      'require-sri': 'off' // only our own files
    }
  })
  for (const [lang, prefix] of Object.entries(langs)) {
    for (const [name, [path]] of Object.entries(all)) {
      test(`${lang} ${name}`, async () => {
        const text = await (await fetch(base + prefix + path)).text()
        const report = await validator.validateString(text)
        const said = report.results.flatMap(r => r.messages.map(m => `${m.line}: ${m.ruleId}: ${m.message}`))
        assert.deepEqual(said, [])
      })
    }
  }
})
