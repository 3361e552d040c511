//! Names that attack whoever shows, logs, exports or searches them.

/// Values for `name`, one person each.
pub(super) fn names() -> Vec<String> {
    let short = [
        "<script>alert(document.title)</script>",
        "<img src=x onerror=\"alert(1)\">",
        "\"><svg onload=alert(1)>",
        "=HYPERLINK(\"https://evil.example\",\"Click\")",
        "+1+cmd|' /C calc'!A0",
        "@SUM(1,1)",
        "-2+3",
        "\u{202E}nimda\u{202C} gpj.exe",
        "\u{2066}Left\u{2069} \u{200F}Right",
        "Zero\u{200B}Width\u{200D}Joined\u{FEFF}",
        "O'Brien\"; DROP TABLE users; --",
        "back\\slash \\\" quote \"inside\"",
        "Tab\there\r\nand a new line",
        "{{constructor.constructor('alert(1)')()}} ${7*7}",
        "раураl\u{0301}\u{0301}\u{0301}\u{0301}",
        "👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈",
        "null",
        "%00%0d%0aSet-Cookie:a=b",
        " leading and trailing ",
    ];
    let mut names: Vec<String> = short.iter().map(|&name| name.to_owned()).collect();
    names.push("W".repeat(2048));
    names.push("漢".repeat(2048 / 3));
    names.push("Z̷̢̛͇͈̝̅̍a̴͓̾l̸̰̈́g̷͈͌o̶̱͝".to_owned());
    names
}
