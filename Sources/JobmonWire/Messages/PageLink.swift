package import JobmonCore

/// The request for a link to the page.
package struct PageLinkRequest: Sendable, Equatable {
    /// Seconds for which the link can be used, for looking only; nil: a link for its maker, to be used once, at once.
    package var share: Double?

    package init(share: Double? = nil) { self.share = share }

    package var json: JSON { share.map { ["share": .double($0)] } ?? [:] }

    package init(_ json: JSON) throws(FieldError) {
        share = try JSONFields(json, named: "the body").double("share")
    }
}

/// A link to the page: its token stands in the address after the `#`, so that no request has it but the first.
package struct PageLink: Sendable, Equatable {
    package var token: String
    package var expires: Timestamp

    package init(token: String, expires: Timestamp) {
        self.token = token
        self.expires = expires
    }

    package var json: JSON { ["token": .string(token), "expires": .string(expires.description)] }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "the answer")
        token = try fields.requiredString("token")
        expires = try fields.requiredTime("expires")
    }

    /// The address of the page with the token in it.
    package func address(host: String, port: Int) -> String {
        "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/#token=\(token)"
    }
}
