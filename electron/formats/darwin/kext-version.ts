/** Versions of kernel extensions: `1.2.3`, with a stage and its number as in `1.0.0d1` (Technical Q&A QA1503). */

/** Development, alpha, beta, final candidate; no stage at all is the release, which comes last. */
const STAGES = ['d', 'a', 'b', 'f', 'fc']
const RELEASE = STAGES.length

/** The numbers and the stage, in the order in which they count; undefined when it is no such version. */
export function parseKextVersion(text: string): readonly number[] | undefined {
  const found = /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:(d|a|b|fc|f)(\d{1,9})?)?$/.exec(text.trim())
  if (found === null) return undefined
  const [, major, minor = '0', patch = '0', stage, level = '0'] = found
  return [
    Number(major),
    Number(minor),
    Number(patch),
    stage === undefined ? RELEASE : STAGES.indexOf(stage),
    Number(level),
  ]
}

/** Negative when `a` is the older one. What is no version counts as the oldest. */
export function compareKextVersions(a: string, b: string): number {
  const [left, right] = [parseKextVersion(a) ?? [], parseKextVersion(b) ?? []]
  for (let index = 0; index < 5; index++) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}
