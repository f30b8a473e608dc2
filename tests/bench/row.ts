/** One measurement of ours beside everybody else's in the same run. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly ours: number
  /** By name of the peer. */
  readonly peers: Readonly<Record<string, number>>
  /** Ours in terms of the best peer: 1 is as good, more is better. Absent when there is no peer. */
  readonly ratio?: number
  /** What a row may not exceed; absent for rows in which more is better. */
  readonly limit?: number
}

export const OURS = 'bootwire'

/** A row in which more is better, from everybody's values, ours among them. */
export function rowOf(name: string, unit: string, values: ReadonlyMap<string, number>): Row {
  const { [OURS]: ours = 0, ...others } = Object.fromEntries(values)
  const best = Math.max(0, ...Object.values(others))
  return { name, unit, ours, peers: others, ...(best === 0 ? {} : { ratio: ours / best }) }
}

export function isShort({ ours, ratio, limit }: Row): boolean {
  return limit === undefined ? (ratio ?? 1) < 1 : ours > limit
}

/** Prints a row as soon as it is measured, and gives it back. */
export function print(row: Row): Row {
  const values = Object.entries({ [OURS]: row.ours, ...row.peers })
    .map(([name, value]) => `${name} ${value.toFixed(0)}`)
    .join('  ')
  const ratio = row.ratio === undefined ? '' : `x${row.ratio.toFixed(2)}`
  const verdict = row.limit === undefined ? ratio : `of ${row.limit.toFixed(0)}`
  console.log(
    `${row.name.padEnd(42)} ${verdict.padStart(6)}${isShort(row) ? ' SHORT' : '      '}  ${row.unit}: ${values}`,
  )
  return row
}
