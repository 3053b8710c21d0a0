// swift-tools-version: 6.2
// The targets are those of docs/architecture.md; scripts/check-layers.sh holds the imports against that table.
import PackageDescription

/// What every Swift target is compiled with: Swift 6, each upcoming feature that is ready, no warning left standing.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// What is tested may be optimised; to optimise the tests themselves would take longer than they run.
let testSettings = strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// - Parameter exclude: files that the tests read where they are.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["JobmonTestSupport", "JobmonSystem"], exclude: exclude,
        swiftSettings: testSettings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "jobmon",
    products: [
        .executable(name: "jobmon", targets: ["JobmonCLI"]),
        .library(name: "Jobmon", targets: ["Jobmon"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Level 0: words and rules; what Swift can't call.
        .target(name: "CJobmonPOSIX", cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),
        .systemLibrary(name: "CExpat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        // The files of the page, inside the executable: `#embed` is C23.
        .target(
            name: "CJobmonAssets", exclude: ["page"],
            cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),
        // The terminal: ncurses is full of macros and global variables.
        .target(
            name: "CJobmonTerminal", cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        .systemLibrary(name: "CLibcrypto", providers: [.apt(["libssl-dev"])]),
        library("JobmonCore", []),
        library("JobmonSystem", ["JobmonCore", "CJobmonPOSIX", "CPCRE2"]),

        // Level 1: each cuts off a heavy dependency or is a seam.
        library("JobmonWire", ["JobmonCore"]),
        library("JobmonProcesses", ["JobmonCore", "JobmonSystem", "CJobmonPOSIX"]),
        library("JobmonReporting", ["JobmonCore", "JobmonSystem", "JobmonWire", "CJobmonPOSIX"]),
        library("JobmonLedger", ["JobmonCore", "JobmonSystem", "CJobmonPOSIX", grdb, grdbSQLite]),
        library("JobmonQueue", ["JobmonCore", "CLibcrypto"]),
        library("JobmonViews", ["JobmonCore", "JobmonWire"]),
        library(
            "JobmonExecutors",
            ["JobmonCore", "JobmonSystem", "JobmonWire", "CJobmonPOSIX", "CExpat", subprocess, systemPackage]),

        // Level 2: processes that talk.
        library(
            "JobmonWrapper",
            ["JobmonCore", "JobmonSystem", "JobmonWire", "JobmonProcesses", "JobmonReporting", "CJobmonPOSIX"]),
        library("JobmonHook", ["JobmonCore", "JobmonSystem", "JobmonReporting", "CJobmonPOSIX"]),
        library(
            "JobmonMonitor",
            [
                "JobmonCore", "JobmonSystem", "JobmonWire", "JobmonReporting", "JobmonViews", "CJobmonAssets", "CZlib",
                hummingbird, logging, serviceLifecycle,
            ]),
        library(
            "JobmonRequests",
            ["JobmonCore", "JobmonSystem", "JobmonWire", "JobmonReporting", nioCore, nioHTTP1, nioPosix]),

        // Level 3: the public library: composition.
        library(
            "Jobmon",
            [
                "JobmonCore", "JobmonSystem", "JobmonWire", "JobmonReporting", "JobmonLedger", "JobmonMonitor",
                "JobmonRequests",
                "JobmonQueue",
                "JobmonExecutors", "CJobmonPOSIX", logging, serviceLifecycle,
            ]),

        // Level 4 and 5: the command line.
        library(
            "JobmonCommands",
            [
                "Jobmon", "JobmonCore", "JobmonSystem", "JobmonWire", "JobmonReporting", "JobmonQueue", "JobmonViews",
                "JobmonExecutors", "JobmonHook",
                "JobmonWrapper", "CJobmonTerminal", argumentParser, yams,
            ]),
        .executableTarget(
            name: "JobmonCLI", dependencies: ["JobmonCommands", "JobmonWrapper", "JobmonHook", "JobmonCore"],
            swiftSettings: strict),

        // Examples: what users write. They see what users see.
        .executableTarget(
            name: "ClassicController", dependencies: ["Jobmon"], path: "Examples/ClassicController", exclude: ["jobs"],
            packageAccess: false, swiftSettings: strict),

        // What the benchmarks need of the inside; not a product.
        .executableTarget(
            name: "JobmonBench",
            dependencies: [
                "JobmonCore", "JobmonLedger", "JobmonMonitor", argumentParser, grdbSQLite, logging, serviceLifecycle,
            ],
            path: "benchmarks/JobmonBench", swiftSettings: strict),

        // Tests: one unit target per library, then the tiers that run the real executable.
        .target(
            name: "JobmonTestSupport", dependencies: ["JobmonCore", "JobmonSystem", "JobmonWire", "CJobmonPOSIX"],
            path: "Tests/Support",
            swiftSettings: testSettings),
        tests("JobmonCoreTests", ["JobmonCore"], exclude: ["ErrorSamples"]),
        tests("JobmonWireTests", ["JobmonWire", "JobmonCore"]),
        tests("JobmonProcessesTests", ["JobmonProcesses", "JobmonCore", "CJobmonPOSIX"]),
        tests("JobmonReportingTests", ["JobmonReporting", "JobmonWire", "JobmonCore", "CJobmonPOSIX"]),
        tests("JobmonLedgerTests", ["JobmonLedger", "JobmonCore", grdb, grdbSQLite]),
        tests("JobmonQueueTests", ["JobmonQueue", "JobmonCore"]),
        tests("JobmonExecutorsTests", ["JobmonExecutors", "JobmonReporting", "JobmonWire", "JobmonCore", "JobmonCLI"]),
        tests("JobmonWrapperTests", ["JobmonWrapper", "JobmonReporting", "JobmonWire", "JobmonCore", "JobmonCLI"]),
        tests("JobmonHookTests", ["JobmonHook", "JobmonReporting", "JobmonWire", "JobmonCore", "JobmonCLI"]),
        tests(
            "JobmonMonitorTests",
            ["JobmonMonitor", "JobmonLedger", "JobmonReporting", "JobmonWire", "JobmonCore", logging, yams]),
        tests(
            "JobmonRequestsTests",
            [
                "JobmonRequests", "JobmonMonitor", "JobmonLedger", "JobmonReporting", "JobmonWire", "JobmonCore",
                logging,
            ]),
        tests("JobmonViewsTests", ["JobmonViews", "JobmonLedger", "JobmonWire", "JobmonCore"]),
        tests(
            "JobmonCommandsTests",
            ["JobmonCommands", "JobmonViews", "JobmonLedger", "JobmonWire", "JobmonCore", "JobmonCLI"]),
        tests(
            "JobmonTests",
            [
                "Jobmon", "JobmonLedger", "JobmonRequests", "JobmonReporting", "JobmonCore", "JobmonCLI",
                "ClassicController", logging,
            ]),
        tests("EndToEndTests", ["JobmonCLI", "JobmonCore"]),
        tests("FaultTests", ["JobmonCLI", "JobmonCore"]),
        tests("ClusterTests", ["Jobmon", "JobmonExecutors", "JobmonReporting", "JobmonCLI", "JobmonCore"]),
    ],
    cLanguageStandard: .gnu2x
)
