//! Somebody's picture made into the one that is shown. Nothing of the file that was sent survives
//! but what it shows: not where it was taken, nor anything hidden behind the pixels.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use webp::Encoder;

/// Width and height of what is shown: the largest face in the app is 96 points, at up to three
/// pixels each.
pub const SIDE: u32 = 256;

/// As many pixels as phones' cameras take (24 million), and some more.
const MOST_PIXELS: u64 = 32_000_000;

/// What they may take in memory once decoded: three or four bytes each, or fewer pixels of
/// more.
const MOST_BYTES: u64 = 4 * MOST_PIXELS;

/// Of 100. Photographs in colour come to 5 to 18 kB so, and to 57 to 96 kB without loss, which
/// nobody sees at this size: a list of a hundred dancers is 1 MB or 8.
const QUALITY: f32 = 80.0;

const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

/// Why there is no picture, in words for the person who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("must be a JPEG, PNG or WebP picture")]
    Unknown,
    #[error("is damaged, or not whole")]
    Damaged,
    #[error("has more pixels than fit: at most 32 million")]
    TooManyPixels,
}

impl From<ImageError> for Unreadable {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::Damaged,
        }
    }
}

/// The middle of `file` as a square of [`SIDE`] pixels, upright, as WebP. Of a moving picture it
/// is the first moment.
pub fn render(file: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let (picture, orientation) = decode(file)?;
    let (width, height) = (picture.width(), picture.height());
    let side = width.min(height);
    let square = picture.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    drop(picture);
    let mut small = square.resize_exact(SIDE, SIDE, FilterType::CatmullRom);
    // Turning keeps the middle where it is, and a small picture is turned faster.
    small.apply_orientation(orientation);
    let pixels = small.into_rgba8();
    let encoded = Encoder::from_rgba(&pixels, SIDE, SIDE).encode_simple(false, QUALITY);
    encoded.map(|it| it.to_vec()).map_err(|_| Unreadable::Damaged)
}

/// What the file says of its size is believed before a pixel of it is read: a small file that
/// would unfold into a wall costs nothing.
fn decode(file: &[u8]) -> Result<(DynamicImage, image::metadata::Orientation), Unreadable> {
    let format = image::guess_format(file).ok().filter(|format| FORMATS.contains(format));
    let format = format.ok_or(Unreadable::Unknown)?;
    if format == ImageFormat::Jpeg && !is_whole_jpeg(file) {
        return Err(Unreadable::Damaged);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(Unreadable::TooManyPixels);
    }
    // A picture whose camera wrote nonsense beside it is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

/// Whether its end comes after its pixels: the decoder fills with grey what is missing. A picture
/// within what the camera wrote beside it, which ends too, is passed over.
fn is_whole_jpeg(file: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut rest = file.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, ..] = rest {
        if *marker == START_OF_SCAN {
            return rest.windows(2).any(|it| it == [0xff, 0xd9]);
        }
        // Before any marker there may be more of the bytes that it begins with.
        let past =
            if *marker == 0xff { 1 } else { 2 + usize::from(*high) * 256 + usize::from(*low) };
        rest = rest.get(past..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
