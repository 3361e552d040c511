// openid-client completes the authorization code flow with PKCE against `poolctl sandbox`, through its login page.
// Run with the line of `poolctl sandbox` as the last argument.
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'

const sandbox = JSON.parse(process.argv.at(-1))
const person = sandbox.people.find((person) => person.state === 'CONFIRMED')
const callback = 'http://localhost:3000/callback'
const done = (what) => console.log(`openid-client: ${what}`)

async function administer(operation, input) {
  const answer = await fetch(sandbox.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=made-up/20260101/${sandbox.region}/cognito-idp/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ UserPoolId: sandbox.userPoolId, ...input }),
  })
  assert.equal(answer.status, 200, `${operation}: ${await answer.clone().text()}`)
  return answer.json()
}

const common = {
  AllowedOAuthFlowsUserPoolClient: true,
  SupportedIdentityProviders: ['COGNITO'],
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
}
const browser = (
  await administer('CreateUserPoolClient', {
    ClientName: 'browser',
    CallbackURLs: [callback],
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    ...common,
  })
).UserPoolClient

// The issuer stays that of AWS; the document of the sandbox says where its endpoints are.
const document = await (await fetch(`${sandbox.endpoint}/${sandbox.userPoolId}/.well-known/openid-configuration`)).json()
assert.equal(document.issuer, `https://cognito-idp.${sandbox.region}.amazonaws.com/${sandbox.userPoolId}`)
const config = new oidc.Configuration(document, browser.ClientId, undefined, oidc.None())
oidc.allowInsecureRequests(config)

/** What a browser does: follows redirects, keeps cookies, fills in the form. Gives the URL of the callback. */
async function browse(url) {
  const cookies = new Map()
  let request = [url, {}]
  for (let hops = 0; hops < 8; hops++) {
    const [to, options] = request
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(to, { ...options, headers: { ...options.headers, cookie }, redirect: 'manual' })
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0].split(/=(.*)/s)
      cookies.set(name, value)
    }
    if (answer.status >= 300 && answer.status < 400) {
      const next = new URL(answer.headers.get('location'), to)
      if (next.href.startsWith(callback)) return next
      request = [next, {}]
      continue
    }
    const page = await answer.text()
    assert.equal(answer.status, 200, page)
    const unescape = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#x27;', "'")
    const form = /<form[^>]*?(?:action="([^"]*)")?[^>]*>/.exec(page)
    const fields = new URLSearchParams()
    for (const [input] of page.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1]
      if (name) fields.set(name, unescape(/value="([^"]*)"/.exec(input)?.[1] ?? ''))
    }
    assert.ok(form && fields.has('password'), page)
    fields.set('username', person.username)
    fields.set('password', person.password)
    request = [new URL(unescape(form[1] ?? ''), to), { method: 'POST', body: fields }]
  }
  throw new Error('the browser goes in circles')
}

const verifier = oidc.randomPKCECodeVerifier()
const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true }
const url = oidc.buildAuthorizationUrl(config, {
  redirect_uri: callback,
  scope: 'openid email',
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state: checks.expectedState,
  nonce: checks.expectedNonce,
})
const back = await browse(url)
const tokens = await oidc.authorizationCodeGrant(config, back, checks)
assert.equal(tokens.claims()['cognito:username'], person.username)
done('code with PKCE, state and nonce')

await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), { error: 'invalid_grant' })
done('a code is for once')

const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
assert.equal(info.username, person.username)
done('userInfo')

const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token)
assert.notEqual(fresh.access_token, tokens.access_token)
await oidc.tokenRevocation(config, tokens.refresh_token)
await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' })
done('refresh and revocation')

await administer('CreateResourceServer', { Identifier: 'api', Name: 'API', Scopes: [{ ScopeName: 'read', ScopeDescription: 'Reads' }] })
const machine = (
  await administer('CreateUserPoolClient', {
    ClientName: 'machine',
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['api/read'],
    ...common,
  })
).UserPoolClient
const alone = new oidc.Configuration(document, machine.ClientId, machine.ClientSecret, oidc.ClientSecretBasic(machine.ClientSecret))
oidc.allowInsecureRequests(alone)
const own = await oidc.clientCredentialsGrant(alone, { scope: 'api/read' })
assert.equal(own.refresh_token, undefined)
done('client credentials')
