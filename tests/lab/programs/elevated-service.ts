/**
 * A face as small as it can be, for tests of elevation: has the boot service started by whatever `pkexec` is first in
 * the path, passes on commands that come as JSON lines, and reports what it is told. Its parameter is the service's
 * script.
 */
import { createInterface } from 'node:readline'
import { authorisationError } from '../../../electron/api/elevation/index.ts'
import { pkexecLaunch } from '../../../electron/api/elevation/pkexec.ts'
import { ServiceClient, type ServiceError } from '../../../electron/api/service-client.ts'
import { Command } from '../../../electron/service/commands.ts'

function report(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const service = new ServiceClient({
  launch: await pkexecLaunch(process.argv[2] ?? ''),
  keepComplaints: true,
  onEvent: (event) => report({ event }),
  onExit: (ending) => {
    const error = authorisationError(ending)
    report({ ended: ending, authorisation: error && { code: error.code, message: error.message } })
  },
})
report({ ready: true })

const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  const command = Command.parse(JSON.parse(line))
  service.request(command).then(
    (result) => report({ command: command.name, result }),
    (error: unknown) => report({ command: command.name, failure: (error as ServiceError).code }),
  )
})
input.on('close', () => void service.close())
