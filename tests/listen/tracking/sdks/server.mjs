// What a shop's server tells, by Segment's own library for Node: node server.mjs HOST WRITE_KEY
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ host, writeKey, maxRetries: 0 })
analytics.on('error', (error) => { console.error(error); process.exitCode = 1 })

analytics.identify({ userId: 'K7', traits: { email: 'anna@example.org', firstName: 'Anna', shoeSize: 38 } })
analytics.track({ userId: 'K7', event: 'Product Viewed', properties: { product_id: 'TEE', price: 4.5 } })
analytics.page({ userId: 'K7', name: 'Home', properties: { url: 'https://shop.example/?q=anna' } })
analytics.screen({ userId: 'K7', name: 'Basket' })
analytics.group({ userId: 'K7', groupId: 'G1', traits: { name: 'Tea Ltd' } })
analytics.alias({ userId: 'K7', previousId: 'anon-1' })
analytics.track({ userId: 'K7', event: 'order_completed', properties: { order_id: '1001', products: [{ sku: 'TEE' }] } })
await analytics.closeAndFlush()
