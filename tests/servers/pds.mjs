// usage: node pds.mjs INSTALLED [limits]: see pds.sh
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [installed, limits] = process.argv.slice(2)
const require = createRequire(path.join(installed, 'package.json'))
const { TestNetworkNoAppView } = await import(pathToFileURL(require.resolve('@atproto/dev-env')))

const network = await TestNetworkNoAppView.create({ pds: { hostname: 'localhost', rateLimitsEnabled: limits === 'limits', rateLimitBypassKey: 'let-it-pass' } })
const end = () => process.exit(0)
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end).on('error', end).resume()

// The development directory writes keys as documents did before 2023; Jetstream v2 reads the form that plc.directory has today, so this address
// also gives documents, in that form.
async function document(request, answer) {
  const did = decodeURIComponent(request.url.slice(1))
  const known = await fetch(`${network.plc.url}/${did}/data`)
  const data = known.ok ? await known.json() : null
  answer.statusCode = known.status
  answer.setHeader('content-type', 'application/json')
  answer.end(JSON.stringify(data && {
    '@context': ['https://www.w3.org/ns/did/v1'], id: did, alsoKnownAs: data.alsoKnownAs,
    verificationMethod: [{ id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: data.verificationMethods.atproto.slice('did:key:'.length) }],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: data.services.atproto_pds.endpoint }],
  }))
}

// A relay is more than a PDS in one call that Jetstream v2 makes: which hosts there are. This address answers that, and hands all else to the PDS.
const pds = { host: '127.0.0.1', port: Number(new URL(network.pds.url).port) }
const relay = http.createServer((request, answer) => {
  if (request.url.startsWith('/xrpc/com.atproto.sync.listHosts')) {
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ hosts: [{ hostname: request.headers.host, status: 'active', accountCount: 1, seq: 1 }] }))
    return
  }
  if (request.url.startsWith('/did:')) return document(request, answer)
  const onward = http.request({ ...pds, method: request.method, path: request.url, headers: request.headers }, (back) => {
    answer.writeHead(back.statusCode, back.headers)
    back.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  request.pipe(onward)
})
relay.on('upgrade', (request, socket, head) => {
  const onward = net.connect(pds, () => {
    const lines = [`${request.method} ${request.url} HTTP/1.1`]
    for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`)
    onward.write(lines.join('\r\n') + '\r\n\r\n')
    onward.write(head)
    onward.pipe(socket).pipe(onward)
  })
  onward.on('error', () => socket.destroy())
  socket.on('error', () => onward.destroy())
})
await new Promise((resolve) => relay.listen(0, '127.0.0.1', resolve))

const { port } = new URL(network.pds.url)
const admin = Buffer.from(network.pds.adminAuth().slice('Basic '.length), 'base64').toString().slice('admin:'.length)
console.log(`ready url=http://127.0.0.1:${port} plc=http://127.0.0.1:${new URL(network.plc.url).port} admin=${admin} relay=http://127.0.0.1:${relay.address().port}`)
