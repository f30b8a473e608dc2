import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'

/** What every face shows. The faces themselves have the words of their kind. */
const SHARED = ['api', 'service', 'servers', 'machine', 'library', 'chains', 'link', 'clients', 'formats']

/** An option as people write it, not a parameter that one program passes to another. */
const OPTION = /(^|[\s"'(])--[a-z]/

it('names options of the command line in the command line alone', () => {
  const sentences = SHARED.flatMap((floor) => sourcesIn(join('electron', floor)).flatMap(sentencesOf))
  expect(sentences.length).toBeGreaterThan(500)
  expect(sentences.filter(({ text }) => OPTION.test(text))).toEqual([])
})

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

/** Every text of more than one word. */
function sentencesOf(path: string): { path: string; text: string }[] {
  const found: { path: string; text: string }[] = []
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    if (isText && node.text.trim().includes(' ')) found.push({ path, text: node.text })
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest))
  return found
}
