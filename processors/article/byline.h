// Names of authors in what feeds and pages say of them: THE rules for both.
//
//   SplitByline("By Jane Doe, John Roe and Ann Poe")  -> "Jane Doe", "John Roe", "Ann Poe"
//   SplitByline("José Ortega y Gasset y Ann Poe")     -> "José Ortega y Gasset", "Ann Poe"
//   SplitByline("Von Anna Beispiel")                  -> "Anna Beispiel"
//   SplitByline("Von Miller")                         -> "Von Miller"
//   SplitByline("Doe, Jane")                          -> "Doe, Jane"
//   SplitByline("本报记者 张三、李四")                -> "张三", "李四"
//   SplitByline("By Jane Doe in Springfield")         -> "Jane Doe"
//   SplitByline("Jane Doe (AFP), photos: John Roe")   -> "Jane Doe"
//   SplitByline("jane@example.com (Jane Doe)")        -> "Jane Doe"
//   AddAuthor("Martin Example King, Jr.")             -> "Martin Example King, Jr."
//   AddAuthor("Health and Safety Desk")               -> "Health and Safety Desk"
//
// Views of what was handed in. Linear, but for a byline's 2 KB.
#pragma once

#include <string_view>
#include <vector>

namespace newsfeed {

// Adds the names in a byline, each once, 64 at most. Web and mail addresses, and what is longer
// than 256 bytes, are no names; a byline of more than 2 KB is a text and has none.
void SplitByline(std::string_view byline, std::vector<std::string_view>& authors);

// What follows a word that names authors with a colon ("Autor: Jane Doe"), or one without ("By Jane
// Doe", "von Anna Beispiel"); empty if none begins `line`.
std::string_view AfterLabel(std::string_view line);
std::string_view AfterByWord(std::string_view line);

// "Jane Doe in Springfield" => "Jane Doe"; a name that is no person's stays.
std::string_view WithoutPlace(std::string_view name);

// True if such a label begins `line`, whether a name follows or stands elsewhere.
bool BeginsWithLabel(std::string_view line);

// Adds a name that stands alone, as in {"name": "Jane Doe"}. It is one name and not split, but
// where it is a list of full names and can be nothing else: "Jane Doe and John Roe".
void AddAuthor(std::string_view name, std::vector<std::string_view>& authors);

}  // namespace newsfeed
