/** The options of RFC 2132 that a boot server reads or writes and that are of a common kind. */
import { addressListOption, addressOption, secondsOption, textOption, u16Option } from './kinds.ts'

/** RFC 2132 section 3.3. */
export const subnetMask = addressOption(1, 'subnet mask')
/** RFC 2132 section 3.5. */
export const routers = addressListOption(3, 'routers')
/** RFC 2132 section 3.8. */
export const domainNameServers = addressListOption(6, 'domain name servers')
/** RFC 2132 section 3.14. */
export const hostName = textOption(12, 'host name')
/** RFC 2132 section 3.17. */
export const domainName = textOption(15, 'domain name')
/** RFC 2132 section 3.19. */
export const rootPath = textOption(17, 'root path')
/** RFC 2132 section 5.3. */
export const broadcastAddressOption = addressOption(28, 'broadcast address')
/** RFC 2132 section 9.1: the address a client would like, or was offered. */
export const requestedAddress = addressOption(50, 'requested IP address')
/** RFC 2132 section 9.2. */
export const leaseTime = secondsOption(51, 'IP address lease time')
/** RFC 2132 section 9.7: which server an answer comes from, or a request is for. */
export const serverIdentifier = addressOption(54, 'server identifier')
/** RFC 2132 section 9.9: why a server refuses, or a client declines. */
export const messageText = textOption(56, 'message')
/** RFC 2132 section 9.10. */
export const maximumMessageSize = u16Option(57, 'maximum DHCP message size', 'bytes')
/** T1, RFC 2132 section 9.11. */
export const renewalTime = secondsOption(58, 'renewal time')
/** T2, RFC 2132 section 9.12. */
export const rebindingTime = secondsOption(59, 'rebinding time')
/** RFC 2132 section 9.13. PXE firmware says `PXEClient:Arch:…` (PXE 2.1 section 2.2.1). */
export const vendorClass = textOption(60, 'vendor class identifier')
/** RFC 2132 section 9.4. */
export const tftpServerName = textOption(66, 'TFTP server name')
/** RFC 2132 section 9.5. */
export const bootFileName = textOption(67, 'bootfile name')
/** RFC 5071 section 5.2: what a boot loader is told to read first. */
export const configurationFile = textOption(209, 'configuration file')
