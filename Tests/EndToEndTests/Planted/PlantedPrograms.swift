import Foundation
import JobmonTestSupport
import Testing

/// The programs of `PlantedCause`. What they write differs from job to job in numbers, paths, times and hosts.
enum PlantedPrograms {
    /// Interpreters and compilers that are not installed.
    static let missing =
        ["python3", "Rscript", "perl", "awk", "bash"].filter { !isInstalled($0) } + (compiler == nil ? ["cc"] : [])

    private static let compiler = ["cc", "clang", "gcc"].first { isInstalled($0) }

    private static func isInstalled(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    /// Writes them into a directory, and compiles the one in C.
    static func make(in directory: String) async throws {
        for (name, text) in sources {
            try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
        }
        try FileManager.default.createDirectory(atPath: "\(directory)/out", withIntermediateDirectories: true)
        let compiled = try await Running(
            "/usr/bin/env", [try #require(compiler), "-o", "grid", "grid.c"], in: directory, stdin: ""
        ).finished()
        try #require(compiled.status == 0, "\(compiled.stderr)")
    }

    private static let sources = [
        "fit.py": #"""
        import sys
        from datetime import datetime

        site, year, run = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


        def solve(count):
            print(f"{datetime.now().isoformat()} reading /data/{site}/{year}.nc", file=sys.stderr)
            raise ValueError(
                f"no convergence for {site} in {year} after {count} iterations (residual {run / 913:.3e})")


        solve(run * 7 + 50)
        """#,
        "load.py": #"""
        import sys

        print("year", sys.argv[1])
        import landcoverlib
        """#,
        "tides.py": #"""
        import sys

        print("year", sys.argv[1])
        import tidegaugelib
        """#,
        // The call is so long that R puts the message on a line of its own for some numbers only.
        "check.R": #"""
        run <- as.integer(commandArgs(trailingOnly = TRUE))
        check <- function(found, all) {
            if (found < all) stop(sprintf("only %d of %d stations have data", found, all))
        }
        cat("checking", run, "stations\n")
        check(run %% 17L, 40L + run)
        """#,
        "parse.pl": #"""
        use strict;
        use warnings;
        my ($site, $run) = @ARGV;
        my $time = sprintf "2024-03-%02dT10:%02d:00", 1 + $run % 28, $run % 60;
        my $record = $run * 3;
        die "cannot parse record $record of /data/$site/$run.dat, written $time on node$run.example.org";
        """#,
        "sum.awk": "{ sum += $1 }\nEND { print sum }\n",
        "fit.sh": #"""
        set -euo pipefail
        echo "site $1, year $2"
        gridfit --site "$1" --year "$2"
        """#,
        "grid.c": #"""
        #include <assert.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        static void advance(int cells)
        {
            fprintf(stderr, "time step of %d cells\n", cells);
            assert(cells > 0);
        }

        int main(int count, char **words)
        {
            int run = count > 2 ? atoi(words[2]) : 1;
            int *volatile field = NULL;
            printf("step %d of %d\n", run, run + 10);
            fflush(stdout);
            if (count > 1 && strcmp(words[1], "advance") == 0) advance(-run);
            field[run % 7] = run;
            return 0;
        }
        """#,
    ]
}
