extension OptionTable {
    /// What sbatch, salloc and srun have in common, of all versions from 17 to 26.05. One that only a version or a command
    /// has does no harm in another: that says itself that it does not know it.
    private static let slurm = """
        A,account= acctg-freq= bb= bbf= b,begin= cluster-constraint= clusters= M,clusters= comment= compress? container=
        container-id= contiguous cores-per-socket= cpu-freq= cpus-per-gpu= c,cpus-per-task= deadline= delay-boot=
        d,dependency= D,chdir= e,error= exclude= x,exclude= exclusive? export= B,extra-node-info= extra= gid=
        gpu-bind= gpu-freq= gpus= G,gpus= gpus-per-node= gpus-per-socket= gpus-per-task= gres= gres-flags= h,help
        hint= H,hold i,input= J,job-name= L,licenses= mail-type= mail-user= mcs-label= mem= mem-bind= mem-per-cpu=
        mem-per-gpu= mincpus= m,distribution= network= nice? k,no-kill? F,nodefile= w,nodelist= N,nodes= n,ntasks=
        ntasks-per-core= ntasks-per-gpu= ntasks-per-node= ntasks-per-socket= tasks-per-node= o,output= O,overcommit
        s,oversubscribe share p,partition= power= prefer= priority= profile= propagate? q,qos= Q,quiet reboot
        reservation= signal= sockets-per-node= spread-job switches= S,core-spec= thread-spec= threads-per-core= t,time=
        time-min= tmp= tres-per-task= uid= usage use-min-nodes v,verbose V,version wckey= segment= stepmgr
        C,constraint= x11? checkpoint= checkpoint-dir= restart-dir= workdir= mem_bind= cpu_bind= no-bell interactive
        consolidate-segments oom-kill-step? resv-ports? test-only container-type= mem-update= resources=
        spread-segments tres-bind= requeue? no-requeue
        """

    static let sbatch = OptionTable(
        .long,
        slurm + """
             I,immediate? jobid= a,array= batch= export-file= get-user-env? ignore-pbs kill-on-invalid-dep= open-mode= parsable
            W,wait wrap= wait-all-nodes= external
            """)

    static let srun = OptionTable(
        .long,
        slurm + """
             accel-bind= bcast? bcast-exclude? cpu-bind= X,disable-status epilog= exact external het-group= pack-group= I,immediate?
            jobid= K,kill-on-bad-exit? l,label mpi= msg-timeout= multi-prog Z,no-allocate open-mode= overlap E,preserve-env
            prolog= pty? quit-on-interrupt r,relative= send-libs? slurmd-debug= task-epilog= task-prolog= T,threads=
            treewidth= u,unbuffered W,wait= whole async ignore-signals= parsable wait-for-children
            """)

    /// Grid Engine's options for a submission, of all its descendants.
    static let gridEngine = OptionTable(
        .words,
        """
        @= a= ac= adds=== ar= A= b= bamount= bfilter= bgio= binding=* binstance= bsort= bstart= bstop= bstrategy=
        btype= bunit= c= ckpt= clear clearp= clears== cwd C= dc= dept= display= dl= e= ectx= h hard he= help hold_jid=
        hold_jid_ad= i= inherit j= jc= js= jsv= l= m= M= masterl= masterq= mattr== mbind= mods=== N= nostdin noshell
        notify now= o= ot= p= par= P= pe== ptf= pty= q= R= r= rdi= rou= rsh= S= sc= scope= shell= si= soft sync= t=
        tc= tcon= terse umask= v= V verbose verify w= wd= when= xd= xdv=
        """)
}
