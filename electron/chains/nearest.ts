import { closest, distance } from 'fastest-levenshtein'

/** The name of these that a person most likely meant, if one is near: at most a third of its letters differ. */
export function nearestOf(wanted: string, names: Iterable<string>): string | undefined {
  // Names are compared without their case: `Boot` for `boot` is the most common slip.
  const candidates = new Map([...names].map((name) => [name.toLowerCase(), name]))
  const lower = wanted.slice(0, 255).toLowerCase()
  if (candidates.size === 0) return undefined
  const found = closest(lower, [...candidates.keys()])
  return distance(lower, found) <= Math.max(1, found.length / 3) ? candidates.get(found) : undefined
}
