import JobmonCore
import Testing

@Suite struct NearWordTests {
    @Test(
        arguments: [
            ("yaer", "year"), ("YEAR", "year"), ("sampel", "sample"), ("loc", "loc"), ("lco", "loc"),
            ("statu", "status"),
            ("xyz", nil), ("y", nil), ("", nil), ("sam", nil), ("samp", "sample"),
        ] as [(String, String?)])
    func nearest(_ typed: String, _ meant: String?) {
        #expect(NearWord.nearest(to: typed, among: ["year", "sample", "loc", "status"]) == meant)
    }

    @Test func slips() {
        #expect(NearWord.isSlip("yaer", of: "year") && !NearWord.isSlip("years2020", of: "year"))
        #expect(!NearWord.isSlip("i", of: "j") && !NearWord.isSlip("print", of: "year"))
    }
}
