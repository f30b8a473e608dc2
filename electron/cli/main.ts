import { Command, InvalidArgumentError, Option } from 'commander'
import { exportFolder } from './export.ts'
import { formatFailure } from './failure.ts'
import { identifyFiles } from './identify.ts'
import { imageCommand } from './image.ts'
import { listChains, listInterfaces } from './lists.ts'
import { mkextCommand } from './mkext.ts'
import { serve } from './serve.ts'
import { tryChain } from './try.ts'

const program = new Command('bootwire')
  .description('Boots the machine at the other end of the cable over the network.')
  .showHelpAfterError()

bootCommand('try', 'boot a virtual target on a virtual cable: no hardware, no root')
  .option('--memory <MB>', "the target's memory in megabytes", integer(16, 65_536), 512)
  .addOption(
    new Option('--nic <model>', "the target's network card")
      .choices(['e1000', 'virtio-net-pci', 'rtl8139', 'pcnet'])
      .default('e1000'),
  )
  .option(
    '--type <text>',
    "type this at the loader's prompt, each the next time that it waits there; repeatable",
    collect,
    [],
  )
  .option('--faults <spec>', "make the cable bad: 'loss=5%,duplicate=5%,reorder=5,delay=2ms,seed=7'")
  .option('--until <milestone>', 'succeed at this milestone and not at the last one')
  .addOption(
    new Option('--until-text <text>', 'succeed when the target writes this on its serial port').conflicts(
      'until',
    ),
  )
  .option('--timeout <seconds>', 'give up after this long', integer(1, 86_400), 180)
  .option('--screenshot <file.png>', "save the target's screen at the end")
  .option('--capture <file.pcapng>', 'save every frame for Wireshark')
  .action(tryChain)

bootCommand('serve', 'boot real targets on one network interface')
  .requiredOption('--interface <name>', 'the interface the target is cabled to; see `bootwire interfaces`')
  .addOption(
    new Option('--dhcp <mode>', 'give out addresses, stand beside another DHCP server, or leave DHCP alone')
      .choices(['full', 'proxy', 'off'])
      .default('full'),
  )
  .option('--force', 'give out addresses although another DHCP server answers on this link')
  .option('--address <CIDR>', 'an address for the interface for this session, such as 10.77.0.1/24')
  .option('--allow <MAC>', 'answer this machine only; repeatable', collect, [])
  .option('--fixed <MAC=address>', 'always give this machine this address; repeatable', collect, [])
  .addOption(keepOption())
  .option('--user <name>', 'whom to run as once the ports are open; the user who called sudo by default')
  .action(serve)

program
  .command('export')
  .description('serve a folder by NFS alone, versions 2 and 3, on one network interface')
  .argument('<folder>', 'what clients mount as /')
  .requiredOption('--interface <name>', 'the interface that clients come by; see `bootwire interfaces`')
  .option('--address <CIDR>', 'an address for the interface for this session, such as 10.77.0.1/24')
  .addOption(writableOption())
  .addOption(keepOption())
  .option('--user <name>', 'whom to run as once the ports are open; the user who called sudo by default')
  .option('--json', 'one event a line, as JSON')
  .action(exportFolder)

program
  .command('interfaces')
  .description('list the network interfaces, the best for a cabled target first')
  .option('--json', 'one interface a line, as JSON')
  .action(listInterfaces)

program
  .command('chains')
  .description('list the boot chains and how far each gets')
  .option('--json', 'one chain a line, as JSON')
  .action(listChains)

program
  .command('identify')
  .description('tell what files and folders are, and what is known to be wrong with them')
  .argument('<file...>')
  .option('--json', 'one file a line, as JSON')
  .action(identifyFiles)

program.addCommand(imageCommand())
program.addCommand(mkextCommand())

/** A command that boots targets: by which chain, and with what. */
function bootCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('[files...]', 'files and folders that the chain takes by what they are, such as a boot loader')
    .option('--chain <id>', 'the boot chain; see `bootwire chains`', 'pxelinux')
    .option('--profile <id>', "which of the chain's ways; its first by default")
    .option('--folder <folder>', 'what targets mount by NFS: kernels for NetBoot, a root volume for Darwin')
    .option('--kernel <file>', 'a MultiBoot kernel instead of the sample one')
    .option('--args <text>', "the kernel's command line")
    .option(
      '--darwin <version>',
      "the version of Darwin that its boot loader is told; the kernel's own by default",
    )
    .option(
      '--module <file>',
      'a MultiBoot module, with its arguments after the file name; repeatable',
      collect,
      [],
    )
    .option(
      '--loaders <folder>',
      "look here for boot loader files before this computer's own; repeatable",
      collect,
      [],
    )
    .option('--export <folder>', 'let clients mount this folder by NFS; repeatable', collect, [])
    .addOption(writableOption())
    .option('--json', 'one event a line, as JSON')
}

function writableOption(): Option {
  return new Option('--writable', 'clients may write, each to a copy of its own: the folder is never changed')
}

function keepOption(): Option {
  return new Option('--keep', 'what clients write is there again the next time')
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

function integer(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`)
    return value
  }
}

try {
  // Said aloud, because under Electron's Node the command line would be taken for that of an app.
  await program.parseAsync(process.argv, { from: 'node' })
} catch (error) {
  process.stderr.write(formatFailure(error))
  process.exitCode = 1
}
