# Reads this bundle and recomputes the main table of its report. Base R is enough.
#
#   Rscript load.R [folder of the bundle]      or, in R: setwd(folder); source("load.R")
#
# Afterwards `data` holds the rows with their missing codes, `table` the main table, which is also
# written to main_table_from_r.csv. Where the package haven is installed, `labelled_km` and
# `labelled_en` hold the rows with labels and user-missing values.

missing_codes <- c(-9, -8, -7, -6) # not answered, prefers not to answer, not asked, withheld
not_asked <- -7
noise <- 1e-9 # scores that agree so far are the same
numbers <- c("n", "mean_pre", "sd_pre", "mean_post", "sd_post", "diff", "t", "df", "p")

arguments <- commandArgs(trailingOnly = TRUE)
folder <- if (length(arguments) > 0) arguments[1] else "."

# A file of the bundle. Only an empty cell is missing; a code such as NA is a code.
read_one <- function(name, texts) {
  read.csv(file.path(folder, name), fileEncoding = "UTF-8-BOM", check.names = FALSE,
           stringsAsFactors = FALSE, na.strings = "",
           colClasses = setNames(rep("character", length(texts)), texts))
}

# One item in points of its scale; NA where there is no answer, or none that counts.
points_of <- function(part) {
  raw <- as.numeric(data[[part$part]])
  apart <- as.numeric(strsplit(part$apart, " ", fixed = TRUE)[[1]])
  value <- ifelse(raw %in% c(missing_codes, apart), NA, raw)
  if (!is.na(part$right)) value <- as.numeric(value == part$right)
  if (part$reversed == 1) part$low + part$high - value else value
}

# The mean of what is answered where enough is; a sum is that mean times all its items.
one_score <- function(parts, scores) {
  rule <- parts[1, ]
  rows <- seq_len(nrow(parts))
  if (rule$is_whole == 1) {
    values <- sapply(parts$part, function(name) scores[[name]], simplify = FALSE)
    of <- rule$size
  } else {
    values <- lapply(rows, function(n) points_of(parts[n, ]))
    raw <- do.call(cbind, lapply(parts$part, function(name) as.numeric(data[[name]])))
    of <- rowSums(!is.na(raw) & raw != not_asked)
  }
  values <- do.call(cbind, values)
  given <- rowSums(!is.na(values))
  score <- rowMeans(values, na.rm = TRUE)
  score[!(given > 0 & given >= rule$min_answered * of - noise)] <- NA
  if (rule$method == "sum" && rule$is_whole == 0) score * rule$size else score
}

score_all <- function(scoring) {
  scores <- list()
  for (name in unique(scoring$score)) {
    scores[[name]] <- one_score(scoring[scoring$score == name, ], scores)
  }
  scores
}

deviation <- function(values) {
  if (length(unique(round(values, 9))) == 1) 0 else sd(values)
}

# Of those who have both scores: means, spreads, and the paired t test.
change_of <- function(before, after) {
  both <- !is.na(before) & !is.na(after)
  before <- before[both]
  after <- after[both]
  difference <- after - before
  n <- length(difference)
  spread <- deviation(difference)
  t <- if (spread > 0) mean(difference) / (spread / sqrt(n)) else NA
  c(n, mean(before), deviation(before), mean(after), deviation(after), mean(difference), t, n - 1,
    2 * pt(-abs(t), n - 1))
}

data <- read_one("responses_wide.csv", c("participant", "cohort"))
scoring <- read_one("scoring.csv", c("scale", "apart"))
report <- read_one("main_table.csv", "scale")
scores <- score_all(scoring)

# The report's changes are of those who take the course, not of comparison cohorts.
course <- if (any(data$comparison == 0)) data$comparison == 0 else rep(TRUE, nrow(data))
score_at <- function(scale, wave) {
  scores[[scoring$score[scoring$scale == scale & scoring$wave == wave][1]]][course]
}
found <- lapply(seq_len(nrow(report)), function(n) {
  change_of(score_at(report$scale[n], report$first[n]), score_at(report$scale[n], report$second[n]))
})
table <- report[, c("scale", "first", "second")]
table[numbers] <- if (length(found) > 0) do.call(rbind, found) else numeric(0)

cat(nrow(data), "participants,", ncol(data), "columns\n")
print(table, digits = 7, row.names = FALSE)
if (identical(unname(is.na(as.matrix(table[numbers]))), unname(is.na(as.matrix(report[numbers]))))) {
  furthest <- max(0, abs(as.matrix(table[numbers]) - as.matrix(report[numbers])), na.rm = TRUE)
  cat("largest difference from the report:", format(furthest, digits = 2), "\n")
} else {
  cat("not the same cells as in the report\n")
}
exact <- table
exact[numbers] <- lapply(table[numbers], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
write.csv(exact, file.path(folder, "main_table_from_r.csv"), row.names = FALSE, quote = FALSE)

if (requireNamespace("haven", quietly = TRUE)) {
  labelled_km <- haven::read_sav(file.path(folder, "data_km.sav"), user_na = TRUE)
  labelled_en <- haven::read_sav(file.path(folder, "data_en.sav"), user_na = TRUE)
}
