# Digits become Khmer in the template filter `km`; these patterns carry the Khmer words.
DATE_FORMAT = r"ថ្ងៃទីj ខែF ឆ្នាំY"
SHORT_DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = r"ថ្ងៃទីj ខែF ឆ្នាំY ម៉ោង H:i"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = r"ថ្ងៃទីj ខែF"
YEAR_MONTH_FORMAT = r"ខែF ឆ្នាំY"
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
