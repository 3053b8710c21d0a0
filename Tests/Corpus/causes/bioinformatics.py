"""Sequences, alignments, variants."""
from . import cause

SAM = "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000000\n"
VCF = """##fileformat=VCFv4.2
##contig=<ID=1>
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
1\t@n@\t.\tA\tT\t.\t.\tDP=@m@
"""
FASTA = ">a\nACGTACGTTGCATGCAACGTACGTTGCATGCA\n"


def samtools(name, reason, run, files=None, **rest):
    cause(name, "samtools", "C", reason, run, files, **rest)


samtools("samtools-no-file", ["@f@.bam", "No such file"], "samtools view @f@.bam")
samtools(
    "samtools-bad-cigar", "Unrecognized CIGAR operator", "samtools sort @f@.sam -o b.bam",
    {"@f@.sam": SAM + "r@n@\t0\tc1\t1\t60\t10Q\t*\t0\t0\tACGTACGTAC\t*\n"})
samtools(
    "samtools-seq-qual", "CIGAR and query sequence are of different length", "samtools view @f@.sam",
    {"@f@.sam": SAM + "r@n@\t0\tc1\t1\t60\t10M\t*\t0\t0\tACGT\t*\n"})
samtools(
    "samtools-no-sequence", "chr25", "samtools faidx @f@.fa chr25:@n@-@m@", {"@f@.fa": FASTA})
samtools(
    "samtools-output-exists", ["@f@.bam", "exists"], "samtools merge @f@.bam a.sam a.sam",
    {"a.sam": SAM + "r@n@\t0\tc1\t1\t60\t4M\t*\t0\t0\tACGT\t*\n", "@f@.bam": "x\n"})
samtools(
    "samtools-truncated", "truncated", "samtools view -c @f@.bam",
    {"make.awk": r"""
        BEGIN {
            printf "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000000\n"; srand(@m@)
            for (i = 1; i < 9000; i++) printf "r%d.%d\t0\tc1\t%d\t60\t4M\t*\t0\t0\tACGT\t*\n", i, rand() * 1e6, i
        }"""},
    setup="awk -f make.awk >a.sam; samtools view -b a.sam | head -c $((40000 + @m@)) >@f@.bam")
samtools(
    "samtools-bad-option", ["unrecognised option", "threadz"], "samtools view --threadz @n@ @f@.sam",
    {"@f@.sam": SAM})


def bcftools(name, reason, run, files=None, **rest):
    cause(name, "bcftools", "C", reason, run, files, **rest)


bcftools(
    "bcftools-undefined-tag:AFR", ['"AFR" is not defined'], "bcftools view -i 'INFO/AFR>0.@n@' @f@.vcf",
    {"@f@.vcf": VCF})
bcftools(
    "bcftools-undefined-tag:MQ0", ['"MQ0" is not defined'], "bcftools view -i 'INFO/MQ0<@n@' @f@.vcf", {"@f@.vcf": VCF})
bcftools("bcftools-not-bgzip", "not BGZF compressed", "bcftools index @f@.vcf.gz", {"@f@.vcf.gz": "x@n@"})
bcftools(
    "bcftools-no-index", ["could not load index"], "bcftools merge @f@.vcf.gz b.vcf.gz", {"a.vcf": VCF},
    setup="bcftools view -Oz -o @f@.vcf.gz a.vcf; cp @f@.vcf.gz b.vcf.gz")
bcftools(
    "bcftools-unknown-contig", 'sequence "1" was not found', "bcftools norm -f @f@.fa @f@.vcf",
    {"@f@.vcf": VCF, "@f@.fa": FASTA})
bcftools(
    "bcftools-no-sample", ["NA24385"], "bcftools view -s NA24385 @f@.vcf", {"@f@.vcf": VCF})


def bedtools(name, reason, run, files=None):
    cause(name, "bedtools", "C++", reason, run, files)


bedtools(
    "bedtools-start-after-end", "unable to determine types for file", "bedtools merge -i @f@.bed",
    {"@f@.bed": "c1\t@m@\t5\n"})
bedtools(
    "bedtools-unsorted", ["Sorted input specified", "out of order record"], "bedtools merge -i @f@.bed",
    {"@f@.bed": "c1\t@m@\t1@m@\nc1\t1\t5\n"})
bedtools(
    "bedtools-no-fasta", ["@f@.fa", "could not be opened"], "bedtools getfasta -fi @f@.fa -bed a.bed",
    {"a.bed": "c1\t@n@\t@m@\n"})
bedtools(
    "bedtools-no-file", ["@f@.bed", "unable to open"], "bedtools intersect -a @f@.bed -b b.bed",
    {"b.bed": "c1\t1\t@m@\n"})
bedtools("bedtools-no-genome", ["Need both", "genome"], "bedtools slop -b @n@ -i @f@.bed", {"@f@.bed": "c1\t1\t@m@\n"})
bedtools(
    "bedtools-subcommand", ["unrecognized command", "intersekt"], "bedtools intersekt -a @f@.bed",
    {"@f@.bed": "c1\t1\t@m@\n"})


def blast(name, reason, run, files=None, **rest):
    cause(name, "blast", "C++", reason, run, files, **rest)


blast(
    "blastn-no-database", ["No alias or index file found", "@loc@"], "blastn -query @f@.fa -db @loc@",
    {"@f@.fa": FASTA})
blast("blastn-no-query", ["@f@.fa", "not accessible"], "blastn -query @f@.fa -subject ref.fa", {"ref.fa": FASTA})
blast("blastn-option", ["Unknown argument", "evalu"], "blastn -evalu 1e-@n@ -query @f@.fa", {"@f@.fa": FASTA})
blast("makeblastdb-no-input", ["@f@.fa", "does not exist"], "makeblastdb -dbtype nucl -in @f@.fa")
blast("blastn-format", ["Formatting choice is out of range"], "blastn -outfmt @m@ -query @f@.fa -subject @f@.fa",
      {"@f@.fa": FASTA})

cause("bwa-no-index", "bwa", "C", "fail to locate the index files", "bwa mem @f@.fa @f@.fa", {"@f@.fa": FASTA})
cause(
    "bwa-no-reads", "bwa", "C", ["fail to open file", "@f@.fq"], "bwa mem ref.fa @f@.fq", {"ref.fa": FASTA},
    setup="bwa index ref.fa")
cause("bwa-no-reference", "bwa", "C", ["@f@.fa", "No such file"], "bwa index @f@.fa")
cause(
    "bowtie2-no-index", "bowtie2", "C++", ["@loc@", "does not exist or is not a Bowtie 2 index"],
    "bowtie2 -x @loc@ -U @f@.fq")
cause("bowtie2-build-no-file", "bowtie2", "C++", ["@f@.fa"], "bowtie2-build @f@.fa idx")
cause(
    "bowtie2-option", "bowtie2", "C++", ["unrecognized option", "--threadz"],
    "bowtie2-build --threadz @n@ @f@.fa idx", {"@f@.fa": FASTA})
cause("minimap2-no-file", "minimap2", "C", ["failed to open", "@f@.fa"], "minimap2 @f@.fa @f@.fq")
cause("minimap2-preset", "minimap2", "C", ["unknown preset", "ngmlr"], "minimap2 -x ngmlr @f@.fa", {"@f@.fa": FASTA})
cause("plink-no-fileset", "plink", "C++", ["Failed to open", "@f@"], "plink1.9 --bfile @f@ --freq")
cause(
    "plink-short-line", "plink", "C++", ["fewer tokens than expected"], "plink1.9 --file @f@ --freq",
    {"@f@.map": "1\trs@m@\t0\t@n@\n", "@f@.ped": "F@n@ I1 0 0 1 1 A\n"})
cause(
    "plink-flag", "plink", "C++", ["Unrecognized flag", "--frequency"], "plink1.9 --bfile @f@ --frequency")
cause("plink-no-input", "plink", "C++", ["No input dataset"], "plink1.9 --freq --out @f@")
# vcftools and obabel end with 0 all the same: a job sees that there is no result.
cause(
    "vcftools-no-file", "vcftools", "C++", ["@f@.vcf", "Can't determine file type"],
    "vcftools --vcf @f@.vcf --freq; test -s out.frq")
cause(
    "vcftools-option", "vcftools", "C++", ["Unknown option", "--fst-window"],
    "vcftools --vcf @f@.vcf --fst-window @n@; test -s out.fst", {"@f@.vcf": VCF})
cause(
    "hmmsearch-not-hmm", "hmmsearch", "C", "File format problem in trying to open HMM file", "hmmsearch @f@.fa @f@.fa",
    {"@f@.fa": FASTA})
cause("hmmbuild-no-file", "hmmbuild", "C", ["@f@.sto"], "hmmbuild out.hmm @f@.sto")
cause(
    "hmmbuild-ragged", "hmmbuild", "C", ["alen"], "hmmbuild --informat afa out.hmm @f@.afa",
    {"@f@.afa": ">s@n@\nACGTACGT\n>t@n@\nACGTA\n"})
cause(
    "obabel-format", "obabel", "C++", ["cannot read input format"], "obabel @f@.qqz -O @f@.xyz; test -s @f@.xyz",
    {"@f@.qqz": "x@n@\n"})
