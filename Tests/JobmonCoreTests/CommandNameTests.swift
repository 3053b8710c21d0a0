import JobmonCore
import Testing

/// The displayed name of a job without a given name.
@Suite struct CommandNameTests {
    @Test(
        "the script or program, not its interpreter or a command in front of it",
        arguments: [
            ("/usr/bin/python3", "python3"), ("python3 model.py 3", "model.py"), ("python -u src/model.py", "model.py"),
            ("python3.11 -W ignore -X dev model.py", "model.py"), ("python -m pkg.mod --x 1", "pkg.mod"),
            ("/bin/bash /var/spool/slurmd/job06159/slurm_script", "bash"),
            ("sh /opt/sge/spool/n1/job_scripts/187", "sh"),
            ("python3 -um pkg.mod", "pkg.mod"), ("python3 -c print(1)", "python3"), ("python3 -", "python3"),
            ("Rscript --vanilla fit.R 1", "fit.R"), ("Rscript -e 1+1", "Rscript"),
            ("R CMD BATCH --no-save fit.R", "fit.R"),
            ("R --no-save --file=fit.R", "fit.R"), ("R -f fit.R", "fit.R"), ("bash -eu -o pipefail run.sh", "run.sh"),
            ("sh ./run.sh 1", "run.sh"), ("julia --project=. -t 4 fit.jl", "fit.jl"), ("julia -e 1", "julia"),
            ("stata-mp -q -b do code/fit.do 1990", "fit.do"), ("stata -b fit.do", "fit.do"),
            ("matlab -batch fit(3)", "fit"),
            ("matlab -nodisplay -r run('fit.m');exit", "fit.m"), ("octave --no-gui fit.m", "fit.m"),
            ("perl -w -I lib fit.pl", "fit.pl"), ("perl -ne print", "perl"), ("node fit.js", "fit.js"),
            ("java -Xmx4g -cp lib/* org.x.Main 1", "org.x.Main"), ("java -jar build/fit.jar", "fit.jar"),
            ("env X=1 Y=2 python model.py", "model.py"), ("env -u A -C /tmp ./model 3", "model"),
            ("nice -n 10 python model.py", "model.py"), ("nice -10 ./model", "model"), ("nohup ./model", "model"),
            ("time -p ./model", "model"), ("/usr/bin/time -v -o t.txt python model.py", "model.py"),
            ("timeout -k 5 1h python model.py", "model.py"), ("timeout --signal=INT 60 bash run.sh", "run.sh"),
            ("stdbuf -oL nice python model.py", "model.py"), ("taskset -c 0-3 ./model", "model"),
            ("conda run -n base --no-capture-output python model.py", "model.py"), ("uv run model.py", "model.py"),
            ("micromamba -r root run -n e python model.py", "model.py"),
            ("singularity exec --nv -B /a:/b img.sif python x.py", "x.py"), ("apptainer exec img.sif ./model", "model"),
            ("docker run --rm -v /a:/b img python x.py", "x.py"), ("mpirun -np 4 --map-by core python x.py", "x.py"),
            ("srun -n 4 ./model", "model"), ("srun --ntasks 4 ./model", "model"),
            ("torchrun --nproc_per_node 4 t.py", "t.py"),
            ("xvfb-run -a python plot.py", "plot.py"), ("./model.py 3", "model.py"), ("model", "model"),
            ("sleep 5", "sleep"),
            ("true", "true"), ("echo a", "echo"), ("/", "/"), ("docker ps", "docker"), ("env", "env"), ("bash", "bash"),
        ])
    func words(_ command: String, _ name: String) {
        let words = command.split(separator: " ").map(String.init)
        #expect(JobDescription(runfile: words[0], args: Array(words.dropFirst())).shownName == name)
    }

    @Test(
        "for a shell line: the first informative one of its commands",
        arguments: [
            ("python model.py", "model.py"), ("  ./a.sh\t1", "a.sh"), ("python\nx", "python"),
            ("X=1 OMP_NUM_THREADS=2 python model.py > out 2>&1", "model.py"),
            ("cd work && Rscript fit.R {year}", "fit.R"),
            ("module load R; Rscript 'my fit.R'", "my fit.R"), ("source venv/bin/activate && python -m a.b", "a.b"),
            ("[ -f out ] || python fit.py", "fit.py"), ("echo start; ./model 3", "model"),
            ("cat x | python fit.py", "fit.py"),
            ("(cd a; ./run.sh)", "run.sh"), ("for i in 1 2; do python a.py $i; done", "a.py"),
            ("if test -f x; then python y.py; fi", "y.py"), ("$PYTHON fit.py", "fit.py"),
            ("\"$PY\" -u 'a b.py'", "a b.py"),
            ("R --no-save < fit.R > fit.log", "fit.R"), ("bash <<< x", "bash"), ("# a\npython b.py", "b.py"),
            ("exit 3", "exit"), ("echo hi", "echo"), ("sleep 1; exit 3", "sleep"), ("", ""), ("'", "'"), ("$(", "$("),
            ("time python model.py", "model.py"), ("python \"$script\"", "python"),
            ("bash -c 'nice python x.py; exit'", "x.py"),
            ("conda activate e && python x.py", "x.py"), ("export A=$(date); python x.py", "x.py"), ("`", "`"),
        ])
    func lines(_ line: String, _ name: String) {
        #expect(JobDescription(runfile: line, shell: true).shownName == name)
    }

    @Test("for bash -c: the name of its command; a given name is kept")
    func more() {
        func name(_ words: String...) -> String {
            JobDescription(runfile: words[0], args: Array(words.dropFirst())).shownName
        }
        #expect(name("bash", "-c", "cd x && python3 model.py {year}") == "model.py")
        #expect(name("bash", "-lc", "module load R; Rscript fit.R") == "fit.R")
        #expect(name("sh", "-c", "exit 3") == "sh")
        #expect(name("nice", "sh", "-c", "timeout 5 env A=b ./model") == "model")
        #expect(name("env", "-S", "python -u x.py") == "x.py")
        #expect(JobDescription(name: "fit", runfile: "python", args: ["x.py"]).shownName == "fit")
    }

    @Test("a line of megabytes takes no time", .timeLimit(.minutes(20)))
    func isQuick() {
        let line = "python model.py " + String(repeating: "x", count: 4 << 20)
        for _ in 0..<1000 { #expect(JobDescription(runfile: line, shell: true).shownName == "model.py") }
    }
}
