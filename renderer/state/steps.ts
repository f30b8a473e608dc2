/** The steps of the wizard, in order. */
export const steps = [
  { id: 'target', title: 'Target' },
  { id: 'interface', title: 'Interface' },
  { id: 'chain', title: 'Boot chain' },
  { id: 'files', title: 'Files' },
  { id: 'review', title: 'Review' },
  { id: 'watch', title: 'Watch' },
] as const

export type StepId = (typeof steps)[number]['id']

/** A virtual target hangs on a cable of its own: there is no interface to choose. */
export function stepAfter(step: StepId, isVirtual: boolean): StepId {
  return neighbour(step, 1, isVirtual)
}

export function stepBefore(step: StepId, isVirtual: boolean): StepId {
  return neighbour(step, -1, isVirtual)
}

function neighbour(step: StepId, offset: 1 | -1, isVirtual: boolean): StepId {
  const walked = steps.map(({ id }) => id).filter((id) => id !== 'interface' || !isVirtual)
  return walked[walked.indexOf(step) + offset] ?? step
}
