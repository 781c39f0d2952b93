//! What a picture is once it is shown, and which files make none.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{ImageEncoder, Rgb, RgbImage};

use super::*;

const RED: Rgb<u8> = Rgb([220, 20, 20]);
const GREEN: Rgb<u8> = Rgb([20, 180, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

/// Wide, with green at both ends, which the square leaves out; its middle is red over blue.
fn drawn() -> RgbImage {
    RgbImage::from_fn(400, 200, |x, y| match (x, y) {
        (0..100 | 300.., _) => GREEN,
        (_, 0..100) => RED,
        _ => BLUE,
    })
}

/// What a camera writes: which way it was held, and where (here, words in the GPS part).
fn exif(orientation: Orientation) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation.to_exif(), 0, 0, 0]);
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend([0, 0, 0, 0]);
    exif.extend([1, 0, 0x1b, 0, 2, 0, 16, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"in Tartu at noon");
    exif
}

/// In each format, as a camera that was held so writes it.
fn files(orientation: Orientation) -> [(&'static str, Vec<u8>); 3] {
    let picture = drawn();
    let write = |encoder: &mut dyn FnMut(&mut Vec<u8>)| {
        let mut file = vec![];
        encoder(&mut file);
        file
    };
    let jpeg = write(&mut |file| {
        let mut encoder = JpegEncoder::new_with_quality(file, 95);
        encoder.set_exif_metadata(exif(orientation)).expect("taken");
        encoder.encode_image(&picture).expect("written");
    });
    let png = write(&mut |file| {
        let mut encoder = PngEncoder::new(file);
        encoder.set_exif_metadata(exif(orientation)).expect("taken");
        picture.write_with_encoder(encoder).expect("written");
    });
    let webp = write(&mut |file| {
        let mut encoder = WebPEncoder::new_lossless(file);
        encoder.set_exif_metadata(exif(orientation)).expect("taken");
        picture.write_with_encoder(encoder).expect("written");
    });
    [("jpeg", jpeg), ("png", png), ("webp", webp)]
}

fn shown(file: &[u8]) -> RgbImage {
    let webp = render(file).expect("a picture");
    image::load_from_memory_with_format(&webp, ImageFormat::WebP).expect("WebP").into_rgb8()
}

#[track_caller]
fn is_near(picture: &RgbImage, (x, y): (u32, u32), color: Rgb<u8>) {
    let found = picture.get_pixel(x, y);
    let off = found.0.iter().zip(color.0).map(|(a, b)| a.abs_diff(b)).max();
    assert!(off < Some(40), "{found:?} at {x}, {y}, not {color:?}");
}

/// The four sides' middles, a little inside: top, right, bottom, left.
const SIDES: [(u32, u32); 4] = [(128, 20), (236, 128), (128, 236), (20, 128)];

#[test]
fn the_middle_is_shown_square_and_upright_whichever_way_the_camera_was_held() {
    for (orientation, red, blue) in [
        (Orientation::NoTransforms, SIDES[0], SIDES[2]),
        (Orientation::Rotate90, SIDES[1], SIDES[3]),
        (Orientation::Rotate180, SIDES[2], SIDES[0]),
        (Orientation::Rotate270, SIDES[3], SIDES[1]),
        (Orientation::FlipVertical, SIDES[2], SIDES[0]),
    ] {
        for (format, file) in files(orientation) {
            let shown = shown(&file);
            assert_eq!(shown.dimensions(), (SIDE, SIDE), "{format}");
            is_near(&shown, red, RED);
            is_near(&shown, blue, BLUE);
        }
    }
}

#[test]
fn nothing_is_left_of_what_the_camera_wrote_beside_the_picture() {
    let words = b"in Tartu at noon".as_slice();
    let holds = |file: &[u8], words: &[u8]| file.windows(words.len()).any(|it| it == words);
    for (format, file) in files(Orientation::NoTransforms) {
        assert!(holds(&file, words), "{format}: the test is about nothing");
        let webp = render(&file).expect("a picture");
        for secret in [words, b"EXIF", b"XMP ", b"ICCP", b"VP8X"] {
            assert!(!holds(&webp, secret), "{format}: {secret:?}");
        }
    }
}

#[test]
fn what_hides_behind_a_picture_does_not_come_along() {
    let script = b"<script>alert(1)</script>".as_slice();
    for (format, mut file) in files(Orientation::NoTransforms) {
        file.extend(script);
        let webp = render(&file).expect("a picture");
        assert!(!webp.windows(script.len()).any(|it| it == script), "{format}");
        assert!(webp.starts_with(b"RIFF") && &webp[8..12] == b"WEBP", "{format}");
        let told = u32::from_le_bytes(webp[4..8].try_into().expect("four")) as usize;
        assert_eq!(told + 8, webp.len(), "{format}: nothing follows it");
    }
}

#[test]
fn a_file_that_would_unfold_into_a_wall_is_refused_by_what_it_says_of_itself() {
    let [(_, mut jpeg), (_, mut png), (_, mut webp)] = files(Orientation::NoTransforms);
    let frame = jpeg.windows(2).position(|it| it == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    // VP8X, whose width and height less one are three bytes each.
    assert_eq!(&webp[12..16], b"VP8X");
    webp[24..30].copy_from_slice(&[0xff, 0x3f, 0, 0xff, 0x3f, 0]);
    for (format, file) in [("jpeg", jpeg), ("png", png)] {
        assert_eq!(render(&file), Err(Unreadable::TooManyPixels), "{format}");
    }
    // Whose parts contradict each other is not even asked how large it is.
    assert!(render(&webp).is_err());
}

/// Of a chunk of a PNG.
fn crc(chunk: &[u8]) -> u32 {
    !chunk.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 }
        })
    })
}

#[test]
fn a_file_that_is_not_whole_is_refused() {
    for (format, file) in files(Orientation::NoTransforms) {
        for part in [file.len() / 3, file.len() / 2] {
            assert_eq!(render(&file[..part]), Err(Unreadable::Damaged), "{format} to {part}");
        }
        // Beside WebP's pixels stands what the camera wrote, and that may be missing.
        if format != "webp" {
            let part = &file[..file.len() - 16];
            assert_eq!(render(part), Err(Unreadable::Damaged), "{format} without its end");
        }
    }
}

#[test]
fn what_is_no_picture_of_these_kinds_is_refused() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice();
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".as_slice();
    for other in [b"".as_slice(), b"not a picture", svg, gif, b"%PDF-1.7", b"RIFF\0\0\0\0WAVE"] {
        assert_eq!(render(other), Err(Unreadable::Unknown), "{other:?}");
    }
    for broken in [b"\xff\xd8\xff\xe0".as_slice(), b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 "] {
        assert_eq!(render(broken), Err(Unreadable::Damaged), "{broken:?}");
    }
}

#[test]
fn of_a_moving_picture_the_first_moment_is_shown() {
    let config = webp::WebPConfig::new().expect("one");
    let mut encoder = webp::AnimEncoder::new(200, 200, &config);
    let frames = [RED, BLUE].map(|color| RgbImage::from_pixel(200, 200, color));
    for (frame, at) in frames.iter().zip([0, 500]) {
        encoder.add_frame(webp::AnimFrame::from_rgb(frame, 200, 200, at));
    }
    let moving = encoder.encode();
    assert!(moving.windows(4).any(|it| it == b"ANMF"), "the test is about nothing");
    is_near(&shown(&moving), (128, 128), RED);
    let webp = render(&moving).expect("a picture");
    assert!(!webp.windows(4).any(|it| it == b"ANMF"));
}

#[test]
fn the_smallest_and_the_narrowest_pictures_are_shown_too() {
    for (width, height) in [(1, 1), (1, 900), (3, 2)] {
        let mut png = vec![];
        let picture = RgbImage::from_pixel(width, height, GREEN);
        picture.write_with_encoder(PngEncoder::new(&mut png)).expect("written");
        is_near(&shown(&png), (128, 128), GREEN);
    }
}
