import colors from 'picocolors'
import { print } from './print.ts'
import { openService } from './service.ts'

export async function listInterfaces({ json }: { readonly json?: boolean }): Promise<void> {
  const service = openService()
  try {
    const interfaces = await service.request({ name: 'interfaces' })
    if (json) for (const entry of interfaces) print(JSON.stringify(entry))
    else if (interfaces.length === 0) print('No network interface was found.')
    else
      for (const { name, kind, link, speed, addresses, reason, otherServer } of interfaces) {
        const facts = [
          kind,
          `link ${link}`,
          speed === undefined ? '' : `${speed} Mb/s`,
          addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(', '),
        ]
        print(`${colors.bold(name.padEnd(16))} ${facts.filter((fact) => fact !== '').join(' · ')}`)
        print(`${' '.repeat(17)}${colors.dim(reason)}`)
        if (otherServer !== undefined) print(`${' '.repeat(17)}${colors.yellow(otherServer)}`)
      }
  } finally {
    await service.close()
  }
}

export async function listChains({ json }: { readonly json?: boolean }): Promise<void> {
  const service = openService()
  try {
    for (const chain of await service.request({ name: 'chains' })) {
      if (json) print(JSON.stringify(chain))
      else {
        print(`${colors.bold(chain.id.padEnd(12))} ${chain.title}`)
        print(`${' '.repeat(13)}${colors.dim(chain.summary)}`)
        print(`${' '.repeat(13)}${colors.dim(`How far today: ${chain.reach}`)}`)
        for (const { id, title, summary } of chain.profiles)
          print(`${' '.repeat(13)}${colors.dim(`--profile ${id}: ${title}. ${summary}`)}`)
      }
    }
  } finally {
    await service.close()
  }
}
