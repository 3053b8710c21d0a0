# Says the mean of each year's draws.
out <- commandArgs(trailingOnly = TRUE)[1]
fits <- list.files(out, pattern = "^fit-.*[.]csv$", full.names = TRUE)
if (length(fits) == 0) stop("no fits in ", out)
draws <- do.call(rbind, lapply(fits, read.csv))
means <- aggregate(value ~ year, data = draws, FUN = mean)
write.csv(means, file.path(out, "summary.csv"), row.names = FALSE)
cat("summarized", nrow(means), "years\n")
