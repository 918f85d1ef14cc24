//! An `otpauth` address as a picture.

/// The modules of a QR code.
#[derive(Debug)]
pub struct QrCode {
    modules: Vec<bool>,
}

impl QrCode {
    /// `data:image/png;base64,…`
    pub fn png_data_uri(&self) -> String {
        todo!()
    }

    /// An `<svg>` element without script or style.
    pub fn svg(&self) -> String {
        todo!()
    }
}
