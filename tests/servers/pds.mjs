// usage: node pds.mjs INSTALLED [limits]: see pds.sh
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [installed, limits] = process.argv.slice(2)
const require = createRequire(path.join(installed, 'package.json'))
const { TestNetworkNoAppView } = await import(pathToFileURL(require.resolve('@atproto/dev-env')))

const network = await TestNetworkNoAppView.create({ pds: { hostname: 'localhost', rateLimitsEnabled: limits === 'limits' } })
const end = () => process.exit(0)
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end).on('error', end).resume()
const { hostname, port } = new URL(network.pds.url)
const admin = Buffer.from(network.pds.adminAuth().slice('Basic '.length), 'base64').toString().slice('admin:'.length)
console.log(`ready url=http://127.0.0.1:${port} plc=http://127.0.0.1:${new URL(network.plc.url).port} admin=${admin} host=${hostname}`)
