import { extname } from 'node:path'
import { NETWORK_KERNEL, NETWORK_MKEXT, planBoot132 } from '../../chains/boot132.ts'
import { chooseWay, wayObstacle, type Boot132Way } from '../../chains/boot132-way.ts'
import { ChoiceError, type Content, type ServedFile } from '../../chains/chain.ts'
import type { OriginatedContent } from '../../chains/pxelinux.ts'
import { bootPlist, bootPlistPaths } from '../../formats/darwin/boot-plist.ts'
import type { VolumeFile } from '../../library/images/boot-volume.ts'
import { describeImport, type Import } from '../../library/import.ts'
import type { ChainChoice } from '../commands.ts'
import { BOOT1PXE } from '../resources.ts'
import { collectBoot132, type Boot132Media } from './boot132-media.ts'
import { kernelFlags } from './darwin-flags.ts'
import { bootImage, darwinVersionOf, fileOf } from './darwin-media.ts'
import { readBootOptions } from './darwin-parts.ts'
import { networkRoot } from './darwin-root.ts'
import type { ChainPlanner, PlanningContext } from './planner.ts'

/** Seconds. With none, Chameleon shows its menu and waits. */
const SHORTEST_TIMEOUT = 1
const VOLUME = 'Darwin boot'
const MADE = 'made by Bootwire'

export const planBoot132Choice: ChainPlanner = async (choice, context) => {
  const media = await collectBoot132(choice)
  const chosen = wayOf(choice)
  const obstacle = wayObstacle(chosen, media.family)
  if (obstacle !== undefined)
    throw new ChoiceError(`boot cannot be given its files that way. ${obstacle}`, 'Choose the profile auto.')

  const root = choice.folder === undefined ? undefined : await networkRoot(choice.folder, context.address)
  const own = await readBootOptions(media)
  const flags = kernelFlags(choice, own, context, root, darwinVersionOf(media))
  const kernel = chosen === 'network' ? NETWORK_KERNEL : 'mach_kernel'
  const options = bootPlist({ kernel, flags, timeout: SHORTEST_TIMEOUT, gui: false, others: own })
  const image = chosen === 'network' ? undefined : await diskImage(media, options, context)
  return planBoot132({
    server: context.address,
    name: directoryName(media),
    program: await program(media),
    isOriginal: media.original !== undefined,
    boot: originated(media.boot, media.isSample),
    way: chooseWay(chosen, media.family, image?.size ?? 0),
    ...(image === undefined ? {} : { image }),
    files: chosen === 'network' ? filesByName(media, options) : [],
    ...(root === undefined ? {} : { root }),
    seesKernel: context.watchesConsole && isDarwin(media),
    remarks: media.problems,
  })
}

const WAYS: readonly Boot132Way[] = ['auto', 'ramdisk', 'demand', 'network']

/** A boot1pxe of the user's own knows files by name only. */
function wayOf({ profile }: ChainChoice): Boot132Way {
  return profile === 'original' ? 'network' : (WAYS.find((way) => way === profile) ?? 'auto')
}

/** Of a kernel that is none of Darwin's nobody knows what it says; of one on the user's disk it is likely. */
function isDarwin(media: Boot132Media): boolean {
  return media.image !== undefined || darwinVersionOf(media) !== undefined
}

interface SizedContent extends OriginatedContent {
  /** In bytes. */
  readonly size: number
}

async function diskImage(
  media: Boot132Media,
  options: string,
  context: PlanningContext,
): Promise<SizedContent> {
  if (media.image !== undefined) return { ...originated(media.image, false), size: media.image.size }
  const darwin = darwinVersionOf(media)
  const { path, size } = await bootImage(
    'boot132',
    {
      parts: {
        kernel: fileOf(media.kernel!),
        options,
        optionPaths: bootPlistPaths(media.family.family),
        ...(media.extensions === undefined ? {} : { mkext: media.extensions }),
        ...(darwin === undefined ? {} : { darwin }),
      },
      volume: { name: VOLUME },
      disk: { scheme: 'mbr' },
    },
    context,
  )
  return { content: { kind: 'file', path, size }, origin: MADE, size }
}

/** The kernel comes first: the milestones go by it. Options are asked for with and without a folder before them. */
function filesByName({ kernel, extensions, isSample }: Boot132Media, options: string): ServedFile[] {
  return [
    ...(kernel === undefined ? [] : [{ name: NETWORK_KERNEL, ...originated(kernel, isSample) }]),
    ...(extensions === undefined
      ? []
      : [{ name: NETWORK_MKEXT, content: contentOf(extensions), origin: MADE }]),
    {
      name: 'com.apple.Boot.plist',
      content: { kind: 'bytes', bytes: Buffer.from(options, 'latin1') },
      origin: MADE,
    },
  ]
}

function contentOf({ content, size, sha256 }: VolumeFile): Content {
  return content.kind === 'bytes' ? content : { kind: 'file', path: content.path, size, sha256 }
}

async function program({ original }: Boot132Media): Promise<OriginatedContent> {
  return original === undefined
    ? originated(await describeImport(BOOT1PXE), true)
    : originated(original, false)
}

function originated({ path, size, sha256 }: Import, isOurs: boolean): OriginatedContent {
  return { content: { kind: 'file', path, size, sha256 }, origin: isOurs ? MADE : 'your import' }
}

/** Of the kernel's name, or the image's; short, since DHCP has little room for it. */
function directoryName({ kernel, image, isSample }: Boot132Media): string {
  const name = isSample ? 'sample' : ((image ?? kernel)?.name ?? 'darwin')
  return (
    name
      .slice(0, name.length - extname(name).length)
      .replaceAll(/[^\w-]/g, '_')
      .slice(0, 32) || 'darwin'
  )
}
