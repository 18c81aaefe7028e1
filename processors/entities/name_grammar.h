// Finds candidates for names: from the table, and by a small grammar of English names.
//
//   table      "Paris", "the World Bank", "U.S."
//   title      President [Vladimir Putin], spokesman [Ahmed Jalloh], Mr. [Smith]
//   given name [Bernie Sanders], [Ursula von der Leyen], [George W. Bush]
//   suffix     [Acme Widget Corp.], [Oslo University], [Orange County]
//   head       [University of Oslo], [Ministry of Health and Welfare], [Lake Chad]
//   acronym    [Global Widget Forum] ([GWF])
//
// Words come from the gazetteer's cues, so the lists are data. Precision comes first: where case
// says little (headlines, capitals) the rules ask for more or are off; in languages other than
// English only the table speaks, with capitals as in the table. Linear in the text.
#pragma once

#include <vector>

#include "processors/entities/gazetteer.h"
#include "processors/entities/mention.h"

namespace newsfeed::entities {

// Appends candidates, which may overlap, and the acronyms that the text explains.
void FindNames(const Document& document, const Gazetteer& gazetteer,
               std::vector<Candidate>& candidates, std::vector<Acronym>& acronyms);

// Adds what the document itself explains, to candidates that are resolved: surnames of people seen
// with their full name ("Sanders" anywhere beside "Bernie Sanders"), and acronyms. A surname may
// take the place of a place's name ("Lincoln" beside "Abraham Lincoln"; of a country or state only
// where no "in" stands before it), and has the particles of the full name where they stand before
// it ("van der Meer"). Keeps the order.
class NameMemory {
 public:
  void Recall(Document& document, const Gazetteer& gazetteer,
              std::span<const Acronym> acronyms, std::vector<Candidate>& candidates);

 private:
  struct Known {
    uint32_t hash = 0;
    uint32_t token = 0;
    uint32_t field = 0;
    EntityType type = EntityType::kPerson;
    Evidence evidence = Evidence::kSurname;
    uint32_t particles = 0;  // before `token` in the full name
  };

  void Learn(const Document& document, std::span<const Acronym> acronyms,
             std::span<const Candidate> candidates);
  const Known* Find(uint32_t hash) const;
  uint32_t BeginOf(const Document& document, uint32_t token, uint32_t field,
                   const Known& known) const;
  void AddParticles(Document& document, std::span<Candidate> candidates) const;
  bool Applies(const Document& document, uint32_t token, uint32_t field, const Known& known) const;

  static uint64_t Bit(uint32_t hash) { return uint64_t{1} << hash % 64; }

  std::vector<Known> known_;      // sorted by hash, one each
  uint64_t hashes_ = 0;           // Bit of each: most words are none of them
  std::vector<Candidate> found_;
};

}  // namespace newsfeed::entities
