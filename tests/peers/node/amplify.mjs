// Amplify v6 signs in against `poolctl sandbox`: SRP, a forced change, a software token, refresh, sign-out.
// Run with the line of `poolctl sandbox` as the last argument.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Amplify } from 'aws-amplify'
import {
  confirmSignIn,
  fetchAuthSession,
  fetchUserAttributes,
  getCurrentUser,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from 'aws-amplify/auth'

const sandbox = JSON.parse(process.argv.at(-1))
const client = sandbox.clients.find((client) => !client.secret)
const person = sandbox.people.find((person) => person.state === 'CONFIRMED')

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: sandbox.userPoolId,
      userPoolClientId: client.id,
      userPoolEndpoint: sandbox.endpoint,
    },
  },
})

/** Calls an operation as an administrator. */
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
  return answer
}

/** Six digits (RFC 6238) for a secret in base32, at a time in seconds. */
function totp(secret, now) {
  const bits = [...secret.replaceAll('=', '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const at = digest[19] & 15
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const done = (what) => console.log(`Amplify: ${what}`)

// Secure remote password is Amplify's default.
await assert.rejects(signIn({ username: person.username, password: person.password + 'x' }), { name: 'NotAuthorizedException' })
let step = await signIn({ username: person.username, password: person.password })
assert.equal(step.nextStep.signInStep, 'DONE')
const { tokens } = await fetchAuthSession()
assert.equal(tokens.accessToken.payload.client_id, client.id)
assert.equal(tokens.idToken.payload['cognito:username'], person.username)
assert.equal((await getCurrentUser()).userId, tokens.idToken.payload.sub)
assert.equal((await fetchUserAttributes()).sub, tokens.idToken.payload.sub)
done('SRP')

const fresh = (await fetchAuthSession({ forceRefresh: true })).tokens
assert.notEqual(fresh.accessToken.toString(), tokens.accessToken.toString())
assert.equal(fresh.accessToken.payload.origin_jti, tokens.accessToken.payload.origin_jti)
done('refresh')
await signOut()
await assert.rejects(getCurrentUser())
done('sign-out')

await administer('AdminCreateUser', { Username: 'amplified', TemporaryPassword: 'Temporary-Horse-1', MessageAction: 'SUPPRESS' })
step = await signIn({ username: 'amplified', password: 'Temporary-Horse-1' })
assert.equal(step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED')
step = await confirmSignIn({ challengeResponse: 'Permanent-Horse-1' })
assert.equal(step.nextStep.signInStep, 'DONE')
done('forced change')

const answer = await administer('SetUserPoolMfaConfig', { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } })
const now = new Date(answer.headers.get('date')).getTime() / 1000
const { sharedSecret } = await setUpTOTP()
await verifyTOTPSetup({ code: totp(sharedSecret, now) })
await updateMFAPreference({ totp: 'PREFERRED' })
await signOut()
step = await signIn({ username: 'amplified', password: 'Permanent-Horse-1' })
assert.equal(step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE')
step = await confirmSignIn({ challengeResponse: totp(sharedSecret, now + 30) })
assert.equal(step.nextStep.signInStep, 'DONE')
await signOut({ global: true })
done('TOTP')
