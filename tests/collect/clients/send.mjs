// `node send.mjs CLIENT URL KEY`: one of the real clients for Node sends what the test expects.
// First an event that the server refuses for good, alone; then one of each call, and a hundred events.
import { Analytics } from '@segment/analytics-node'
import Rudder from '@rudderstack/rudder-sdk-node'

const EVENTS = 100
const account = { groupId: 'acme' }

async function segment(url, key) {
  const client = new Analytics({ writeKey: key, host: url, flushAt: 1 })
  const refused = new Promise((over) => client.track({ userId: 'u1', event: 'Refused' }, over))
  await refused
  await client.closeAndFlush()
  await send(new Analytics({ writeKey: key, host: url, maxRetries: 10, flushAt: 1000 }), (one) => one.closeAndFlush())
}

async function rudder(url, key) {
  const client = new Rudder(key, { dataPlaneUrl: url, logLevel: 'silent', errorHandler: () => {} })
  client.track({ userId: 'u1', event: 'Refused' })
  await client.flush()
  await send(client, (one) => one.flush())
}

async function send(client, flush) {
  client.identify({ userId: 'u1', traits: { email: 'a@ex.test' } })
  client.group({ userId: 'u1', groupId: 'acme', traits: { name: 'Acme' } })
  client.track({ userId: 'u1', event: 'Report Exported', properties: { rows: 12 }, context: account })
  client.page({ userId: 'u1', category: 'Docs', name: 'Pricing', properties: { url: 'http://x' } })
  client.screen({ userId: 'u1', category: 'App', name: 'Home' })
  client.alias({ previousId: 'anon1', userId: 'u1' })
  for (let n = 0; n < EVENTS; n++) {
    client.track({ userId: 'u1', event: 'Signed In', properties: { n }, context: account })
  }
  await flush(client)
}

const [, , client, url, key] = process.argv
await { 'analytics-node': segment, 'rudder-sdk-node': rudder }[client](url, key)
