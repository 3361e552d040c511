// aws-jwt-verify accepts the sandbox's tokens and refuses altered ones. The issuer is that of AWS, so the keys are handed
// over instead of fetched. Run with the line of `poolctl sandbox` as the last argument.
import assert from 'node:assert/strict'
import { CognitoJwtVerifier } from 'aws-jwt-verify'

const sandbox = JSON.parse(process.argv.at(-1))
const client = sandbox.clients.find((client) => !client.secret)
const person = sandbox.people.find((person) => person.state === 'CONFIRMED')
const done = (what) => console.log(`aws-jwt-verify: ${what}`)

const answer = await fetch(sandbox.endpoint, {
  method: 'POST',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
  },
  body: JSON.stringify({
    ClientId: client.id,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: person.username, PASSWORD: person.password },
  }),
})
const { AuthenticationResult: tokens } = await answer.json()
const jwks = await (await fetch(`${sandbox.endpoint}/${sandbox.userPoolId}/.well-known/jwks.json`)).json()

const verifier = (tokenUse, clientId = client.id) => {
  const made = CognitoJwtVerifier.create({ userPoolId: sandbox.userPoolId, tokenUse, clientId })
  made.cacheJwks(jwks)
  return made
}
const access = await verifier('access').verify(tokens.AccessToken)
assert.equal(access.username, person.username)
const id = await verifier('id').verify(tokens.IdToken)
assert.equal(id.sub, access.sub)
done('accepts both tokens')

const refused = (made, token) => assert.rejects(made.verify(token), `accepted ${token.slice(0, 20)}…`)
for (const [use, token] of [['access', tokens.AccessToken], ['id', tokens.IdToken]]) {
  const [head, body, signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url'))
  const altered = (change) => Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url')
  await refused(verifier(use), `${head}.${altered({ sub: '0' })}.${signature}`)
  await refused(verifier(use), `${head}.${altered({ exp: claims.exp + 86400 })}.${signature}`)
  await refused(verifier(use), `${head}.${body}.${signature.slice(0, -4)}AAAA`)
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  await refused(verifier(use), `${none}.${body}.`)
  await refused(verifier(use, 'anotherclient'), token)
  await refused(verifier(use === 'access' ? 'id' : 'access'), token)
}
const swapped = `${tokens.AccessToken.split('.').slice(0, 2).join('.')}.${tokens.IdToken.split('.')[2]}`
await refused(verifier('access'), swapped)
done('refuses altered tokens')
