// usage: node nostr.mjs INSTALLED FOLDER [PORT]: see nostr.sh
import fs from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'

const [installed, folder, port] = process.argv.slice(2)
const require = createRequire(path.join(installed, 'package.json'))
const { NostrRelay } = require('@nostr-relay/core')
const { Validator } = require('@nostr-relay/validator')
const { EventRepositorySqlite } = require('@nostr-relay/event-repository-sqlite')
const { WebSocketServer } = require('ws')

fs.mkdirSync(folder, { recursive: true })
const repository = new EventRepositorySqlite(path.join(folder, 'events.db'))
await repository.init()
const relay = new NostrRelay(repository, { logLevel: 3 })
const validator = new Validator()

const server = http.createServer((request, answer) => {
  answer.setHeader('content-type', 'application/nostr+json')
  answer.end(JSON.stringify({ name: 'test', supported_nips: [1, 9, 11, 50], limitation: { max_limit: 1000 } }))
})
new WebSocketServer({ server, maxPayload: 1 << 20 }).on('connection', (socket) => {
  relay.handleConnection(socket, '127.0.0.1')
  socket.on('error', () => socket.close())
  socket.on('close', () => relay.handleDisconnect(socket))
  socket.on('message', async (data) => {
    try {
      const message = await validator.validateIncomingMessage(data)
      const done = await relay.handleMessage(socket, message)
      // The library applies a deletion and leaves it to its user to keep it and to pass it on (NIP-09).
      if (message[0] === 'EVENT' && message[1].kind === 5 && done?.success) {
        await repository.upsert(message[1])
        await relay.broadcast(message[1])
      }
    } catch (error) {
      socket.send(JSON.stringify(['NOTICE', String(error.message).slice(0, 200)]))
    }
  })
})
const end = () => process.exit(0)
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end).on('error', end).resume()
server.listen(Number(port ?? 0), '127.0.0.1', () => console.log(`ready url=ws://127.0.0.1:${server.address().port}`))
