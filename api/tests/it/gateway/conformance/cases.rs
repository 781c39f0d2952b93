//! The cases: what is sent, and what must come back.

use super::wire::{BINARY, CLOSE, CONTINUATION, FIN, NO_CODE, PING, PONG, TEXT, frame};

pub struct Case {
    pub number: String,
    pub sends: Vec<u8>,
    /// How many bytes leave at a time.
    pub chop: usize,
    pub expects: Expected,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Ids of acks and codes of errors, in order.
    pub answers: Vec<String>,
    pub pongs: Vec<Vec<u8>>,
    /// The code of the farewell, if there is one.
    pub close: Option<u16>,
}

const WHOLE: usize = usize::MAX;
const PROTOCOL: u16 = 1002;
const NOT_UTF8: u16 = 1007;
const TOO_LARGE: u16 = 1009;

/// A question whose answer carries `id`, as long as `length` at least.
fn question(id: &str, length: usize) -> Vec<u8> {
    let mut text = format!(r#"{{"type":"ping","id":"{id}"}}"#).into_bytes();
    text.resize(text.len().max(length), b' ');
    text
}

fn asks(id: &str) -> Vec<u8> {
    frame(FIN | TEXT, &question(id, 0))
}

/// A question in two frames, with something between them.
fn parted(id: &str, between: &[u8]) -> Vec<u8> {
    let whole = question(id, 0);
    let (one, other) = whole.split_at(10);
    [frame(TEXT, one), between.to_vec(), frame(FIN | CONTINUATION, other)].concat()
}

fn closes(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes(), reason].concat())
}

fn answers(ids: &[&str]) -> Expected {
    Expected { answers: ids.iter().map(|id| (*id).to_owned()).collect(), ..Expected::default() }
}

fn pongs(payloads: &[&[u8]]) -> Expected {
    let pongs = payloads.iter().map(|payload| payload.to_vec()).collect();
    Expected { pongs, ..Expected::default() }
}

impl Expected {
    fn then_closes(self, code: u16) -> Self {
        Self { close: Some(code), ..self }
    }

    fn and_pongs(self, payloads: &[&[u8]]) -> Self {
        Self { pongs: pongs(payloads).pongs, ..self }
    }
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, number: impl Into<String>, sends: &[Vec<u8>], expects: Expected) {
        self.chopped(number, sends, WHOLE, expects);
    }

    fn chopped(
        &mut self,
        number: impl Into<String>,
        sends: &[Vec<u8>],
        chop: usize,
        expects: Expected,
    ) {
        self.0.push(Case { number: number.into(), sends: sends.concat(), chop, expects });
    }
}

pub fn all() -> Vec<Case> {
    let mut cases = Cases::default();
    framing(&mut cases);
    pings(&mut cases);
    reserved(&mut cases);
    fragments(&mut cases);
    utf8(&mut cases);
    closing(&mut cases);
    limits(&mut cases);
    cases.0
}

fn framing(cases: &mut Cases) {
    cases.add("1.1.1", &[frame(FIN | TEXT, b"")], answers(&["malformed_json"]));
    cases.add("1.2.1", &[frame(FIN | BINARY, b"")], answers(&["invalid"]));
    for (part, length) in [(2, 125), (3, 126), (4, 127), (5, 128), (6, 65_535), (7, 65_536)] {
        let text = frame(FIN | TEXT, &question("a", length));
        cases.add(format!("1.1.{part}"), &[text], answers(&["a"]));
        let binary = frame(FIN | BINARY, &vec![0xfe; length]);
        cases.add(format!("1.2.{part}"), &[binary], answers(&["invalid"]));
    }
    let large = frame(FIN | TEXT, &question("a", 65_536));
    cases.chopped("1.1.8", &[large], 997, answers(&["a"]));
    let large = frame(FIN | BINARY, &vec![0xfe; 65_536]);
    cases.chopped("1.2.8", &[large], 997, answers(&["invalid"]));
}

fn pings(cases: &mut Cases) {
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    let binary = [0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0, 0xff];
    cases.add("2.1", &[ping(b"")], pongs(&[b""]));
    cases.add("2.2", &[ping(b"Hello, world!")], pongs(&[b"Hello, world!"]));
    cases.add("2.3", &[ping(&binary)], pongs(&[&binary]));
    cases.add("2.4", &[ping(&[0xfe; 125])], pongs(&[&[0xfe; 125]]));
    cases.add("2.5", &[ping(&[0xfe; 126])], answers(&[]).then_closes(PROTOCOL));
    cases.chopped("2.6", &[ping(&[0xfe; 125])], 1, pongs(&[&[0xfe; 125]]));
    cases.add("2.7", &[frame(FIN | PONG, b"")], pongs(&[]));
    cases.add("2.8", &[frame(FIN | PONG, b"unasked")], pongs(&[]));
    cases.add("2.9", &[frame(FIN | PONG, b"unasked"), ping(b"asked")], pongs(&[b"asked"]));
    // The last of several may be answered alone (RFC 6455, 5.5.3): each is waited for.
    for (number, chop) in [("2.10", WHOLE), ("2.11", 1)] {
        cases.chopped(
            number,
            &[asks("a"), ping(b"last")],
            chop,
            answers(&["a"]).and_pongs(&[b"last"]),
        );
    }
}

fn reserved(cases: &mut Cases) {
    let broken = |ids| answers(ids).then_closes(PROTOCOL);
    cases.add("3.1", &[frame(FIN | 0x10 | TEXT, b"hello")], broken(&[]));
    for (number, chop) in [("3.2", WHOLE), ("3.3", 20), ("3.4", 1)] {
        let sends = [asks("a"), frame(FIN | 0x20 | TEXT, b"hello"), frame(FIN | PING, b"")];
        cases.chopped(number, &sends, chop, broken(&["a"]));
    }
    cases.add("3.5", &[frame(FIN | 0x50 | BINARY, b"hello")], broken(&[]));
    cases.add("3.6", &[frame(FIN | 0x60 | PING, b"hello")], broken(&[]));
    cases.add("3.7", &[frame(FIN | 0x70 | CLOSE, b"")], broken(&[]));
    for (part, opcode) in (1..).zip([3, 4, 5, 6, 7, 11, 12, 13, 14, 15_u8]) {
        let number = if opcode < 8 { format!("4.1.{part}") } else { format!("4.2.{}", part - 5) };
        let sends = [asks("a"), frame(FIN | opcode, b"hello"), frame(FIN | PING, b"")];
        cases.add(number, &sends, broken(&["a"]));
    }
}

fn fragments(cases: &mut Cases) {
    let broken = |ids| answers(ids).then_closes(PROTOCOL);
    cases.add("5.1", &[frame(PING, b"a"), frame(FIN | CONTINUATION, b"b")], broken(&[]));
    cases.add("5.2", &[frame(PONG, b"a"), frame(FIN | CONTINUATION, b"b")], broken(&[]));
    let ping = frame(FIN | PING, b"between");
    for (numbers, chop) in [(["5.3", "5.6"], WHOLE), (["5.4", "5.7"], 16), (["5.5", "5.8"], 1)] {
        cases.chopped(numbers[0], &[parted("a", b"")], chop, answers(&["a"]));
        let expects = answers(&["a"]).and_pongs(&[b"between"]);
        cases.chopped(numbers[1], &[parted("a", &ping)], chop, expects);
    }
    let orphan = |fin: u8| frame(fin | CONTINUATION, b"of nothing");
    for (numbers, fin) in [(["5.9", "5.10", "5.11"], FIN), (["5.12", "5.13", "5.14"], 0)] {
        for (number, chop) in numbers.into_iter().zip([WHOLE, 16, 1]) {
            cases.chopped(number, &[orphan(fin), asks("a")], chop, broken(&[]));
        }
    }
    cases.add("5.15", &[parted("a", b""), orphan(0), asks("b")], broken(&["a"]));
    cases.add("5.16", &[orphan(0), frame(TEXT, b"a"), frame(FIN, b"b")], broken(&[]));
    cases.add("5.17", &[orphan(FIN), frame(TEXT, b"a"), frame(FIN, b"b")], broken(&[]));
    cases.add("5.18", &[frame(TEXT, b"a"), frame(FIN | TEXT, b"b")], broken(&[]));
    let letters = question("five", 0);
    for (number, chop) in [("5.19", WHOLE), ("5.20", 1)] {
        let mut sends: Vec<Vec<u8>> =
            letters.chunks(8).map(|letters| frame(CONTINUATION, letters)).collect();
        sends[0][0] = TEXT;
        *sends.last_mut().and_then(|last| last.first_mut()).expect("some") |= FIN;
        sends.insert(2, frame(FIN | PING, b"between"));
        let expects = answers(&["five"]).and_pongs(&[b"between"]);
        cases.chopped(number, &sends, chop, expects);
    }
}

/// What is UTF-8, by the numbers of the groups; each character comes back as it went.
const SOUND: [(&str, &[&str]); 7] = [
    ("6.2", &["Hello-µ@ßöäüàá-UTF-8!!"]),
    ("6.5", &["κόσμε"]),
    ("6.6", &["κ", "κό", "κόσ", "κόσμ", "κόσμε"]),
    ("6.7", &["\u{80}", "\u{800}", "\u{10000}"]),
    ("6.9", &["\u{7f}", "\u{7ff}", "\u{ffff}", "\u{10ffff}"]),
    ("6.11", &["\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{10ffff}"]),
    ("6.22", &["\u{fffe}", "\u{ffff}", "\u{1fffe}", "\u{8ffff}", "\u{ffffe}", "\u{10fffe}"]),
];

/// What is none, and where Autobahn tells why.
const UNSOUND: [(&str, &[&[u8]]); 13] = [
    ("6.3", &[b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64"]),
    ("6.8", &[b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"]),
    ("6.10", &[b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"]),
    ("6.11.5", &[b"\xf4\x90\x80\x80"]),
    ("6.12", &[b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80", b"\x80\xbf\x80\xbf\x80\xbf"]),
    (
        "6.13",
        &[b"\xc0 \xc1 \xdf ", b"\xe0 \xe1 \xef ", b"\xf0 \xf7 ", b"\xf8 \xfb ", b"\xfc \xfd "],
    ),
    (
        "6.14",
        &[
            b"\xc0",
            b"\xe0\x80",
            b"\xf0\x80\x80",
            b"\xf8\x80\x80\x80",
            b"\xfc\x80\x80\x80\x80",
            b"\xdf",
            b"\xef\xbf",
            b"\xf7\xbf\xbf",
            b"\xfb\xbf\xbf\xbf",
            b"\xfd\xbf\xbf\xbf\xbf",
        ],
    ),
    (
        "6.15",
        &[b"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf\xef\xbf\xf7\xbf\xbf"],
    ),
    ("6.16", &[b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
    ("6.17", &[b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf"]),
    ("6.18", &[b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf"]),
    ("6.19", &[b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80"]),
    (
        "6.20",
        &[
            b"\xed\xa0\x80",
            b"\xed\xad\xbf",
            b"\xed\xae\x80",
            b"\xed\xaf\xbf",
            b"\xed\xb0\x80",
            b"\xed\xbe\x80",
            b"\xed\xbf\xbf",
            b"\xed\xa0\x80\xed\xb0\x80",
            b"\xed\xaf\xbf\xed\xbf\xbf",
        ],
    ),
];

fn utf8(cases: &mut Cases) {
    cases.add("6.1.1", &[frame(FIN | TEXT, b"")], answers(&["malformed_json"]));
    let empty = [frame(TEXT, b""), frame(CONTINUATION, b""), frame(FIN | CONTINUATION, b"")];
    cases.add("6.1.2", &empty, answers(&["malformed_json"]));
    let middle = frame(CONTINUATION, &question("a", 0));
    cases.add("6.1.3", &[empty[0].clone(), middle, empty[2].clone()], answers(&["a"]));
    for (group, texts) in SOUND {
        for (part, text) in (1..).zip(texts) {
            let whole = question(text, 0);
            cases.add(format!("{group}.{part}"), &[frame(FIN | TEXT, &whole)], answers(&[text]));
            let mut bytes: Vec<_> =
                whole.iter().map(|byte| frame(CONTINUATION, &[*byte])).collect();
            bytes[0][0] = TEXT;
            *bytes.last_mut().and_then(|last| last.first_mut()).expect("some") |= FIN;
            cases.add(format!("{group}.{part} byte by byte"), &bytes, answers(&[text]));
        }
    }
    for (group, texts) in UNSOUND {
        for (part, text) in (1..).zip(texts) {
            let expects = || answers(&[]).then_closes(NOT_UTF8);
            cases.add(format!("{group}.{part}"), &[frame(FIN | TEXT, text)], expects());
            // Seen in the frame in which it stands, before the rest of the message: case 6.4.
            let sends =
                [frame(TEXT, b"sound "), frame(CONTINUATION, &[text, b" ".as_slice()].concat())];
            cases.add(format!("{group}.{part} unfinished"), &sends, expects());
        }
    }
}

fn closing(cases: &mut Cases) {
    let closed = |ids, code| answers(ids).then_closes(code);
    let bye = || closes(1000, b"");
    cases.add("7.1.1", &[asks("a"), bye()], closed(&["a"], 1000));
    cases.add("7.1.2", &[bye(), bye()], closed(&[], 1000));
    cases.add("7.1.3", &[bye(), frame(FIN | PING, b"")], closed(&[], 1000));
    cases.add("7.1.4", &[bye(), asks("a")], closed(&[], 1000));
    let between = [frame(TEXT, b"one"), bye(), frame(FIN | CONTINUATION, b"two")];
    cases.add("7.1.5", &between, closed(&[], 1000));
    cases.add("7.3.1", &[frame(FIN | CLOSE, b"")], closed(&[], NO_CODE));
    cases.add("7.3.2", &[frame(FIN | CLOSE, b"a")], closed(&[], PROTOCOL));
    cases.add("7.3.3", &[bye()], closed(&[], 1000));
    cases.add("7.3.4", &[closes(1000, b"Hello World!")], closed(&[], 1000));
    cases.add("7.3.5", &[closes(1000, &[b'*'; 123])], closed(&[], 1000));
    cases.add("7.3.6", &[closes(1000, &[b'*'; 124])], closed(&[], PROTOCOL));
    cases.add("7.5.1", &[closes(1000, b"\xce\xba\xed\xa0\x80")], closed(&[], NOT_UTF8));
    let valid = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    for (part, code) in (1..).zip(valid) {
        cases.add(format!("7.7.{part} {code}"), &[closes(code, b"")], closed(&[], code));
    }
    let invalid = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535];
    for (part, code) in (1..).zip(invalid) {
        let number = format!("7.{} {code}", if code < 5000 { "9" } else { "13" });
        cases.add(format!("{number}.{part}"), &[closes(code, b"")], closed(&[], PROTOCOL));
    }
}

/// What is ours: no frame and no message over 64 KiB, and no client that does not mask.
fn limits(cases: &mut Cases) {
    let closed = |code| answers(&[]).then_closes(code);
    cases.add("large frame", &[frame(FIN | TEXT, &vec![b' '; 65_537])], closed(TOO_LARGE));
    let half = vec![b' '; 40_000];
    let halves = [frame(TEXT, &half), frame(FIN | CONTINUATION, &half)];
    cases.add("large message", &halves, closed(TOO_LARGE));
    let endless = [FIN | TEXT, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4];
    cases.add("a frame without end", &[endless.to_vec()], closed(TOO_LARGE));
    cases.add("no mask", &[vec![FIN | TEXT, 2, b'{', b'}']], closed(PROTOCOL));
}
