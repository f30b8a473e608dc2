import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Says each skipped test aloud with its reason, and ends the run with one plain line of counts. What breaks
 * outside of a test, such as a file that cannot be loaded or an error nobody caught, counts as failed.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state: string) => tests.filter((test) => test.result().state === state)
    const skipped = inState('skipped')
    const broken = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module))
    const failed = inState('failed').length + broken.length + unhandledErrors.length

    const lines = skipped.map((test) => `skipped: ${placeOf(test)}: ${reasonOf(test)}`)
    lines.push(`${inState('passed').length} passed, ${failed} failed, ${skipped.length} skipped`)
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}

const hasFailedTest = (module: TestModule) => !module.children.allTests('failed').next().done

const placeOf = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`

function reasonOf(test: TestCase): string {
  const result = test.result()
  if (result.state === 'skipped' && result.note !== undefined) return result.note
  const { reason } = test.meta()
  if (reason !== undefined) return reason
  return test.options.mode === 'todo' ? 'to do' : 'no reason given'
}
