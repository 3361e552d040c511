//! Proofs of SRP that others have published.

use cognito::sign_in::srp::{EXPONENT_BYTES, ServerChallenge, Srp, SrpIdentity, device_verifier, secret_hash};
use secrecy::ExposeSecret;

/// From the tests of cognito-srp-helper (simonmcallister0210, at 0eb942b), which took them from a pool.
const LARGE_A: &str = concat!(
    "362be8c4c29e414549c30c6679ddbb556c27717d80c8feec68257bf5edcd855fbd23590841c1f792dd24a09243c00d4fbb8c",
    "c8047fbe1c95da7b467d29269d2db462c6268f10ef5a3c23f71865a54bae6e48523e6a7a9b65d115c66a2f5b4ec5b7384c97",
    "96dc6b2d422ea630e1821104ab05cb4a4f292f991d771be4fdba39bc6ff8dce0f0addaaaf172d908d08544d573a2222f1e19",
    "8caf65f5e6445848ed23b5bbfff0b5bc00ca54b2831a200577220cfe4f5de20b66baffbfc8d3a16af6f6a7a590e0764ccdf9",
    "18daf922df1ed0a695702c9bd63a69b09b4c2fb8a3bffee5f89744639607e1920ee006d81f09cba7682e75be5b407fb5cb1f",
    "706c0dbf7a9325b5c56ea53333ba1aecab647beae4b2b44c0912814609560fda8d86e6aff0b2317e339d2d3b422069d8e68f",
    "ca8a39c43acb360d4285bb2dd076bb58b41e07be255f349537adaae3bf5260b2c7e066fb77904ebcee5005cc367f926482f9",
    "b405952f50e1182049ac49847a048fca4fbe13c6538eea38132c9bc43c9b05690bb7",
);
const SRP_B: &str = concat!(
    "bc071b539bfaa44b26a4f4a917dcc4b90291f3fea737baa555c0dfc792f11849902859dd52976fd7367130d91969670e8a0b",
    "eb66d044641709d7a9ea609e2cc5baac6837e1ee8f8d9ccdce535be1dee59d4c893d9c9a1f06ddacb9d927e29c0e8bb1b8dd",
    "a315f297e82c6095570ae3ab28a9110dfc4367296d77898b1d69d029f76e16ffebed59fc568548a9fb54a1a462440b19b4e4",
    "d89ae414374654788d599d0635f9b8a7a5c6a8556e675c4e01690d5324eecd092d269b2be31fa2dc7192cb0bec8a390ca4ce",
    "791c8e8cc9ed7258929430a2802a2b9dadd985a004d584e883621ff3518e223a6dbab5071bc844e4ee7d12f6c29bd9197f0f",
    "efcee91020b0903596cf170efd27648eb5de5ab2961032cf759dbc48dadb6db0dd585bb9c1e9f73bbea67a7ca406e26d4333",
    "c63d5339fa8c0f51fc12df554737da39fc780c0a648e884600f1bf9398cedddaee7d6db6ace4e0007d97f7322d7270dc25c6",
    "e6ae000e54b62f8cb868b16e16eadb4c8c87f3baae1c1b8e59aabb73771e62c0b898",
);
const SECRET_BLOCK: &str = concat!(
    "gn7F/ENIPPk/KZ7P2xYr4S0pZhCn29Y0nxXBtEPEc8Tt2cqbQpWorIuwSAC0g3fpDW9djD5+b9v30TctMTiVt6xjGaZeuWzzgAnV",
    "rc0l0xROzJItEQM1V96ySkrfFbL4tKuZokrqiszsRkgwnu4SGBz3akVpUD8pZnAg1Ycfc3LLSyQETFTndRHjS8UFGIovw7wqQfxK",
    "NKDC1nY2XYWR1nFuEIvHXb+Tvc76IxNZcaEvl5sAuTjwpVlmfwPSOELXnYxvDxUcFYO3sNguNqahn6aH4j16ccEZ/Wqoubn7Qkom",
    "XV3Qdo5khQbw4F9CWFaxCHoRZwFAc8RQ4oGiIHLvuMb/Y/JhGTL3HefSkBXQ+uvoPK7YdgY8yn3SejYv4xD8lw+KLTPy1EbCXX9A",
    "q1uwgjzeSygLl7/tkf1C/YzhefXEOfaLk2eNRlAschYunQ7WeIZWBYzW+38+r4bQpaecj8GcH/ycAOpacfoLB+/q3E/dHsFOFlze",
    "tYO6Qll5AXEv4hzJZgNh1/2zK3N8j2JBUjZs2h60Rh8OS+ZcQGa7ICPfS7XDvSV8U6Xan3j2m0Azz2ara+1I4MYDVj5P4/BneVDh",
    "4L+6Dl3EWEAF9UO8Ur1/5seiOVcAQe3TlwN9UWgmOZHIq/UGU14ofpmZI46WWS3qB+yBPHbWWJ0MMFFtRwCTzFl+2kRGthRR5A+6",
    "MSuLCfdcQwqb6FYRZEdgXZzMa6Td0Pog/5TFqxygkRB0P3Yq4lfOnRKI6cC3+2g8uMsEmOJfzsVrsfi6GTAPrP+lIPpNe12ZquFz",
    "PGi9Z68Odj+aNDYChalBpuvJgxWR2EFuyj2MebKz6Zo/5V/w964aTTYjUt1pPHURLx3MKl7Ns1xF1lklQ1DAOQYNrVWxWJRs4Txi",
    "pduEq4N02uh9XKWzXxLJuHsc1B9e1Dc+1sHs122POq7i/VYoln6LhO30o32lDHOGa56krde0N/+FY7034zB1pqL8VuDd2/8o8XZ+",
    "D/ez/1gBwQ2y1q6CRvvZmNyYBIC8an/Vgb++e5zgx6Cb43o9+PEFc8UEA8QljTgZ2m+kwjia1TSYeyYnKQOIqCKMkZa6IBIwMZ6A",
    "HIDSWk//IR/UMiq4QGfb5CJFPYOTKSGXEU9dFPYbx+pZmq/Fq7QgFCM/I7M6jKZPwn+T4/RGLEg1YNRwQS/oQI/uu5iF9sIbtWO5",
    "XTRQ8q2ld4s3tEFflYdmELHXrt1UuFaCi82iTJZAgFPeIx9mHPb0U+I7iutfEPogIE5b/2T+qJhIBgeIQUVsJuo+uLdriFm1c7Yw",
    "BMBTJWC9R2mL+2x6quavpx7u0zgHrmbDxFx6+nBl0DEZxsY5h8AEDUVhyi2w+7aK9T/uh7Pz3/fH+AwXfWcA1cBueYYHX0Due6+3",
    "hRAHfOokXTbi27+YoS2AKuXDl2EibHedm5lb1Tg18V66dXtGsvpIn/OUWO2FphUGdtCMgZc51ahYTiN1m6Qqx+z1DFRM2BLw6HLx",
    "b1uT1OmDyucvCXIsMl4vNyyeIdJwstIbQrECxg1Fdow6jHrzKyJw/FKsYGSnyDRk++1jTt3J46wz16S45XaMSDG8RMH7AKKeAX/l",
    "fJ0d247ajB4U8Hei1h1kclX/DAYp7A0KyoCG7Qt9hZGsxhsloT2eYohHEKshPDs2WU48WtuHwgXydkTABvx3b1ixLp2CEuQiMyy3",
    "jZpvDD8WGaqWqbQgnH/yQw==",
);
const VERIFIER: &str = concat!(
    "AId3eNiAEuiPgZh0E2vpuui6V04+mfZvj6CuBDdiRwDDj40OhVvIPHC11mKB+ME0ErD0EXxfwAIwZ+rq6rEbrO5/ooShXSJlSfMp",
    "ZFzy80cPEtCOz1DSm+GHmeBZQZeQrCMa2ryFV7Z88yBrTYGawF52eCoOfKC1eU7WKxdD1LPAxC5tkc/KFrVXNy4OnGrywYv12uyK",
    "6ZGlmtNTEBoOHrra9pRjIoiqF34dz1gEw33JEvE3Sb5DJYEUB9/OVeKhjuag1wZ+DTpdkWE+WHBMrQb9t0szhj+UTQ7bPX8jaqAT",
    "tsbeNXG/f6707glGoWXCPcw8jhZkZrGfkM6PCtBnai5NCEaAZXe5Xg+gSYfbiT6hWszWqJHUURXQlSHL+qu9Wj5ZrCM5GPO+5uYU",
    "N7+AdzQXihRRu66nrW7MSIC6k4iRTyTYve9GqV2OybDSPY5CYCiNa8r5+o9tXxugAfFdlqp07aNCGARCbusksBOXqKDKc1oPjjhq",
    "oaFj/x7KBFsGbw==",
);

#[test]
fn a_recorded_sign_in_is_proved_with_the_id_for_srp_and_not_with_what_was_typed() {
    let mut exponent = [0; EXPONENT_BYTES];
    exponent[EXPONENT_BYTES - 8..].copy_from_slice(&0xabcd_ef01_2345_6789_u64.to_be_bytes());
    let srp = Srp::new(&exponent).unwrap();
    assert_eq!(srp.public_value(), LARGE_A);
    let challenge = ServerChallenge {
        srp_b: SRP_B.to_owned(),
        salt: "baf4431cdaa37c04c0d655a99f5e9b9b".to_owned(),
        secret_block: SECRET_BLOCK.to_owned(),
    };
    let at = "2000-02-01T03:04:05Z".parse().unwrap();
    let signature = |user: &str| {
        let identity = SrpIdentity { group: "eYpv1mFHB".to_owned(), user: user.to_owned() };
        let proof = srp.prove(&identity, &"Qwerty1!".to_owned().into(), &challenge, at).unwrap();
        assert_eq!(proof.timestamp, "Tue Feb 1 03:04:05 UTC 2000");
        proof.signature
    };
    assert_eq!(signature("a2c2e290-6d0f-4a08-a5ca-f0162935f3a6"), "RrSiIBQazZkaxHQf34oRro1qjzfEvwdP6/Avltpd34E=");
    for typed in ["john.doe", "yorej57765@comsb.com", "01234567890"] {
        assert_ne!(signature(typed), "RrSiIBQazZkaxHQf34oRro1qjzfEvwdP6/Avltpd34E=");
    }
}

#[test]
fn a_recorded_device_is_verified() {
    let device = SrpIdentity {
        group: "-FDRunwQv".to_owned(),
        user: "eu-west-2_627477ae-3631-4248-bed9-d2e934100372".to_owned(),
    };
    let mut salt = [0; 16];
    salt[14..].copy_from_slice(&[0xeb, 0x96]);
    let made = device_verifier(&device, &"BAUl".to_owned().into(), &salt);
    assert_eq!((made.verifier.as_str(), made.salt.as_str()), (VERIFIER, "AOuW"));
}

#[test]
fn a_recorded_secret_hash_is_that_of_the_user_s_real_name() {
    let hash = secret_hash(
        "a2c2e290-6d0f-4a08-a5ca-f0162935f3a6",
        "18u8119jgbpr464n28s1itk2mq",
        &"ps50nb7hd1umdnmlt1xa9nwiscqvdvzy5ijw63vcacd09yihc2b".to_owned().into(),
    );
    assert_eq!(hash.expose_secret(), "QW3YkSgjkc9VNMtbTkuQflK54A6+9GS8ZiRDj0mSvPI=");
}
