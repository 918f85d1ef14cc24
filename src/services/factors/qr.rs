//! An `otpauth` address as a picture.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use png::{BitDepth, ColorType, Encoder, EncodingError};
use qrcode::{Color, EcLevel};

use crate::services::fault::Fault;

/// The modules of a QR code, row by row; true is dark.
pub struct QrCode {
    width: usize,
    modules: Vec<bool>,
    png: Vec<u8>,
}

/// Modules on each side that stay light (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// Pixels of a module: what a phone reads from a screen at arm's length.
const SCALE: usize = 6;

impl QrCode {
    pub fn of(text: &str) -> Result<Self, Fault> {
        let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|error| Fault::Broken(format!("no QR code: {error}")))?;
        let width = code.width();
        let modules = code.into_colors().iter().map(|color| *color == Color::Dark).collect();
        let mut picture = Self { width, modules, png: Vec::new() };
        picture.png = picture.draw().map_err(|error| Fault::Broken(format!("no PNG: {error}")))?;
        Ok(picture)
    }

    /// `data:image/png;base64,…`: one bit for a pixel, with the quiet zone.
    pub fn png_data_uri(&self) -> String {
        format!("data:image/png;base64,{}", STANDARD.encode(&self.png))
    }

    /// An `<svg>` element without script, style or class: presentation attributes pass every Content-Security-Policy.
    pub fn svg(&self) -> String {
        let size = self.size();
        let mut path = String::new();
        for (y, row) in self.modules.chunks(self.width).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h1v1h-1z", x.saturating_add(QUIET), y.saturating_add(QUIET));
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" width=\"{pixels}\" \
             height=\"{pixels}\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"QR code\">\
             <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>",
            pixels = size.saturating_mul(SCALE),
        )
    }

    fn draw(&self) -> Result<Vec<u8>, EncodingError> {
        let pixels = self.size().saturating_mul(SCALE);
        let side = u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, side, side);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        let mut writer = encoder.write_header()?;
        let rows = (0..self.size()).flat_map(|y| std::iter::repeat_n(self.row(y), SCALE));
        writer.write_image_data(&rows.flatten().collect::<Vec<u8>>())?;
        writer.finish()?;
        Ok(png)
    }

    /// One line of pixels, eight in a byte, the leftmost in the highest bit; 1 is light.
    fn row(&self, y: usize) -> Vec<u8> {
        let pixels: Vec<bool> =
            (0..self.size()).flat_map(|x| std::iter::repeat_n(!self.is_dark(x, y), SCALE)).collect();
        let byte = |bits: &[bool]| (0_u8..8).zip(bits).fold(0, |byte, (n, light)| byte | (u8::from(*light) << (7 - n)));
        pixels.chunks(8).map(byte).collect()
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |n: usize| n.checked_sub(QUIET).filter(|n| *n < self.width);
        let module = inside(x).zip(inside(y)).and_then(|(x, y)| self.modules.get(y.saturating_mul(self.width) + x));
        module.copied().unwrap_or(false)
    }

    /// Modules with the quiet zone on both sides.
    fn size(&self) -> usize {
        self.width.saturating_add(2 * QUIET)
    }
}

/// It shows a secret.
impl std::fmt::Debug for QrCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "otpauth://totp/login.example.com:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    /// The picture, one byte for each pixel.
    fn pixels(code: &QrCode) -> (usize, Vec<u8>) {
        let uri = code.png_data_uri();
        let png = STANDARD.decode(uri.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        (usize::try_from(info.width).unwrap(), pixels)
    }

    #[test]
    fn the_picture_shows_each_module_within_a_quiet_zone() {
        let code = QrCode::of(TEXT).unwrap();
        let (side, pixels) = pixels(&code);
        assert_eq!(side, (code.width + 8) * SCALE);
        for (y, row) in pixels.chunks(side).enumerate() {
            for (x, pixel) in row.iter().enumerate() {
                let (x, y) = (x / SCALE, y / SCALE);
                let framed = x < QUIET || y < QUIET || x >= code.width + QUIET || y >= code.width + QUIET;
                let dark = !framed && code.modules[(y - QUIET) * code.width + x - QUIET];
                assert_eq!(*pixel, if dark { 0 } else { 255 }, "{x} {y}");
            }
        }
    }

    /// The finder pattern in the corner, and as many dark squares as there are dark modules.
    #[test]
    fn the_element_draws_every_dark_module_and_nothing_that_a_policy_forbids() {
        let code = QrCode::of(TEXT).unwrap();
        let svg = code.svg();
        assert!(svg.contains("M4 4h1v1h-1z"));
        assert_eq!(svg.matches("h1v1h-1z").count(), code.modules.iter().filter(|dark| **dark).count());
        for forbidden in ["style", "script", "class", "<?xml", "href", "secret"] {
            assert!(!svg.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn nothing_prints_a_picture_of_a_secret() {
        assert_eq!(format!("{:?}", QrCode::of(TEXT).unwrap()), "…");
    }

    #[test]
    fn what_does_not_fit_into_a_picture_is_an_error() {
        assert!(QrCode::of(&"x".repeat(8000)).is_err());
    }
}
